import { type EdgeConfig, edgePorts } from "./edge.ts";

/** What an edge needs of a GKE cluster that is made for it. */
export interface GkeEdge {
  /** Networks that may connect to the nodes and their pods, and the TCP ports at which they may. */
  readonly sources: readonly string[];
  readonly ports: readonly number[];
  /** Where Google's own load balancer is, by the Gateway API; undefined for an edge that runs in the cluster. */
  readonly loadBalancer?: "regional" | "global";
}

/** An edge behind a Service of type LoadBalancer: clients connect to the nodes themselves. */
export const clientsAtNodes = (edge: EdgeConfig): GkeEdge => ({
  sources: edge.allowedRanges ?? ["0.0.0.0/0"],
  ports: edgePorts(edge),
});
