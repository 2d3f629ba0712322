/** GKE's annotation of a load balancer that only the cluster's own network reaches. */
export const INTERNAL = { "networking.gke.io/load-balancer-type": "Internal" } as const;
