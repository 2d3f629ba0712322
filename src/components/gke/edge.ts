import * as gcp from "@pulumi/gcp";
import type * as pulumi from "@pulumi/pulumi";
import type { GkeEdge } from "../../config/gke-edge.ts";

/** An address that is reserved for the edge. */
export interface ReservedAddress {
  readonly name: pulumi.Output<string>;
  readonly address: pulumi.Output<string>;
}

/**
 * Reserves the address of the edge. Google's regional load balancer takes one of the standard tier, a global one is of the
 * premium tier by itself. Source: Compute Engine API, `Address.networkTier`: in the premium tier a regional forwarding
 * rule is for network load balancers, in the standard tier for any.
 */
export function reserveAddress(
  name: string,
  region: string,
  { loadBalancer }: GkeEdge,
  options: pulumi.CustomResourceOptions,
): ReservedAddress {
  if (loadBalancer === "global") {
    return new gcp.compute.GlobalAddress(name, { addressType: "EXTERNAL" }, options);
  }
  const networkTier = loadBalancer === "regional" ? "STANDARD" : "PREMIUM";
  return new gcp.compute.Address(name, { region, addressType: "EXTERNAL", networkTier }, options);
}

/** Lets those through to the nodes that the edge names. Nothing else of the network is open to anybody. */
export function edgeFirewallDocument(
  network: pulumi.Input<string>,
  nodeAccount: pulumi.Input<string>,
  { sources, ports }: GkeEdge,
): gcp.compute.FirewallArgs {
  return {
    network,
    direction: "INGRESS",
    sourceRanges: [...sources],
    targetServiceAccounts: [nodeAccount],
    allows: [{ protocol: "tcp", ports: ports.map(String) }],
  };
}
