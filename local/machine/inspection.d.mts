/** What a machine is like, as far as it matters. */
export interface Machine {
  readonly platform: string;
  readonly uid: number | undefined;
  /** Whether namespaces can be made. */
  readonly hasNamespaces: boolean;
  /** Whether cgroups can be made. */
  readonly hasCgroups: boolean;
  /** Debian packages whose files are not there. */
  readonly missing: readonly string[];
  readonly hasApt: boolean;
  /** Whether Kubernetes was built before. */
  readonly isBuilt: boolean;
  readonly go: string | undefined;
  readonly wantedGo: string;
  /** Whether Go was fetched, or can be where it is needed. */
  readonly hasPip: boolean;
  readonly stateDir: string;
  /** GiB. */
  readonly stateFree: number;
  readonly cache: string;
  /** GiB. */
  readonly cacheFree: number;
}

export function inspectMachine(stateDir: string, env?: NodeJS.ProcessEnv): Promise<Machine>;
export function cacheFolder(env: NodeJS.ProcessEnv): string;
