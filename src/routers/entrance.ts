/** How clients come in, whatever the address: who asks in another way is not served, or not as they are. */
export interface Entrance {
  readonly scheme: "http" | "https";
  /** The one host name that is served; undefined where every name is. */
  readonly host: string | undefined;
  /** The path that is served, with all below it; `/` without it. */
  readonly path?: string;
}
