import * as gcp from "@pulumi/gcp";
import * as pulumi from "@pulumi/pulumi";
import { type GkeConfig, regionOf } from "../../config/gke.ts";

export interface NetworkArgs {
  readonly config: GkeConfig;
  /** Whether a regional load balancer of Google's has its proxies in the network. */
  readonly hasProxies: boolean;
}

/** Names of the subnetwork's secondary ranges. */
export const POD_RANGE = "pods";
export const SERVICE_RANGE = "services";

/** A network for the cluster alone: nodes without addresses of their own, which reach out through NAT. */
export class Network extends pulumi.ComponentResource {
  readonly network: gcp.compute.Network;
  readonly subnetwork: gcp.compute.Subnetwork;
  /** The way out: what nodes pull images through. */
  readonly nat: gcp.compute.RouterNat;
  /** Where a regional load balancer has its proxies, if there is one. */
  readonly proxies: readonly gcp.compute.Subnetwork[];

  constructor(name: string, { config, hasProxies }: NetworkArgs, options: pulumi.ComponentResourceOptions) {
    super("canary-stages:index:GkeNetwork", name, {}, options);
    const child = { parent: this };
    const region = regionOf(config.location);
    this.network = new gcp.compute.Network(name, { autoCreateSubnetworks: false }, child);
    this.subnetwork = new gcp.compute.Subnetwork(
      `${name}-nodes`,
      { ...subnetworkDocument(config), network: this.network.id },
      child,
    );
    const router = new gcp.compute.Router(`${name}-router`, { region, network: this.network.id }, child);
    this.nat = new gcp.compute.RouterNat(
      `${name}-nat`,
      {
        region,
        router: router.name,
        natIpAllocateOption: "AUTO_ONLY",
        sourceSubnetworkIpRangesToNat: "LIST_OF_SUBNETWORKS",
        subnetworks: [{ name: this.subnetwork.id, sourceIpRangesToNats: ["ALL_IP_RANGES"] }],
        logConfig: { enable: true, filter: "ERRORS_ONLY" },
      },
      child,
    );
    this.proxies = hasProxies
      ? [
          new gcp.compute.Subnetwork(
            `${name}-proxies`,
            { ...proxySubnetworkDocument(config), network: this.network.id },
            child,
          ),
        ]
      : [];
    this.registerOutputs({ network: this.network.id, subnetwork: this.subnetwork.id });
  }
}

/** Ranges for nodes, pods and Services (VPC-native); Google's own APIs are reached without NAT. */
function subnetworkDocument({ location, network }: GkeConfig): Omit<gcp.compute.SubnetworkArgs, "network"> {
  return {
    region: regionOf(location),
    ipCidrRange: network.nodes,
    privateIpGoogleAccess: true,
    secondaryIpRanges: [
      { rangeName: POD_RANGE, ipCidrRange: network.pods },
      { rangeName: SERVICE_RANGE, ipCidrRange: network.services },
    ],
  };
}

/**
 * A subnetwork for the proxies of regional load balancers alone. Source: Compute Engine API, `Subnetwork.purpose` and `role`;
 * "Proxy-only subnets" of Google's manual: one for each region and network, /26 at least, /23 is what it advises.
 */
function proxySubnetworkDocument({
  location,
  network,
}: GkeConfig): Omit<gcp.compute.SubnetworkArgs, "network"> {
  return {
    region: regionOf(location),
    ipCidrRange: network.proxies,
    purpose: "REGIONAL_MANAGED_PROXY",
    role: "ACTIVE",
  };
}
