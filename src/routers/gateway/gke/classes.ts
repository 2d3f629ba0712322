export const REGIONAL_CLASS = "gke-l7-regional-external-managed";
export const GLOBAL_CLASS = "gke-l7-global-external-managed";

/**
 * The classes of a GKE cluster that the foundation makes, and where their load balancers are. Source: "GatewayClass
 * capabilities" of GKE's manual. The others there are internal, of several clusters, or the classic one.
 */
export const SCOPES: Readonly<Record<string, "regional" | "global">> = {
  [REGIONAL_CLASS]: "regional",
  [GLOBAL_CLASS]: "global",
};

/** Every class of Google's is named so, wherever the cluster comes from (the same page); that no other is, is assumed. */
export const isGooglesClass = (name: string): boolean => name.startsWith("gke-l7-");

interface Edge {
  readonly gateway: { readonly class?: string | undefined };
}

/** Whether Google's load balancers carry the traffic: by the name of the class, which a stage knows without a look. */
export const isGoogles = ({ gateway }: Edge): boolean =>
  gateway.class !== undefined && isGooglesClass(gateway.class);
