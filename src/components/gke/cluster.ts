import * as gcp from "@pulumi/gcp";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { ClusterAddress } from "../../cluster/kubeconfig.ts";
import { type GkeConfig, regionOf } from "../../config/gke.ts";
import type { GkeEdge } from "../../config/gke-edge.ts";
import type { Cluster } from "../cluster.ts";
import { enableApis } from "./apis.ts";
import { clusterDocument } from "./control-plane.ts";
import { edgeFirewallDocument, reserveAddress } from "./edge.ts";
import { NodeIdentity } from "./identity.ts";
import { addressOf, administratorKubeconfig } from "./kubeconfig.ts";
import { Network } from "./network.ts";
import { declareNodePool } from "./nodes.ts";

export interface GkeClusterArgs {
  readonly config: GkeConfig;
  readonly edge: GkeEdge;
}

/** A GKE cluster in a network of its own, with the address that clients of the edge connect to. */
export class GkeCluster extends pulumi.ComponentResource implements Cluster {
  readonly address: pulumi.Output<ClusterAddress>;
  readonly administrator: k8s.Provider;
  /** Address of the load balancer: reserved, so that it stays when what stands behind it is made anew. */
  readonly edgeAddress: pulumi.Output<string>;
  readonly edgeAddressName: pulumi.Output<string>;

  constructor(name: string, args: GkeClusterArgs, options?: pulumi.ComponentResourceOptions) {
    super("canary-stages:index:GkeCluster", name, {}, options);
    const { config, edge } = args;
    const region = regionOf(config.location);
    const google = new gcp.Provider(
      name,
      { project: config.project, region, defaultLabels: config.labels },
      { parent: this },
    );
    const child = { parent: this, provider: google };
    const apis = enableApis(name, config, child);
    const part = { parent: this, providers: [google], dependsOn: apis };
    const { network, subnetwork, nat, proxies } = new Network(
      `${name}-network`,
      { config, hasProxies: edge.loadBalancer === "regional" },
      part,
    );
    const identity = new NodeIdentity(`${name}-nodes`, { config }, part);

    const cluster = new gcp.container.Cluster(
      name,
      clusterDocument({
        config,
        network: network.id,
        subnetwork: subnetwork.id,
        nodeAccount: identity.email,
        servesGateways: edge.loadBalancer !== undefined,
      }),
      {
        ...child,
        // Nodes that cannot reach out, or have no rights, never become ready.
        dependsOn: [...apis, nat, ...identity.grants],
        protect: config.deletionProtection,
        // It describes the default pool, which is removed; the pool below has its own.
        ignoreChanges: ["nodeConfig"],
      },
    );
    const ready =
      config.mode === "autopilot"
        ? cluster
        : declareNodePool(`${name}-pool`, { config, cluster: cluster.id, account: identity.email }, child);
    new gcp.compute.Firewall(`${name}-edge`, edgeFirewallDocument(network.id, identity.email, edge), child);
    const reserved = reserveAddress(`${name}-edge`, region, edge, {
      ...child,
      dependsOn: apis,
      protect: config.deletionProtection,
    });

    this.edgeAddress = reserved.address;
    this.edgeAddressName = reserved.name;
    this.address = clusterAddress(config, cluster);
    this.administrator = new k8s.Provider(
      `${name}-administrator`,
      {
        kubeconfig: this.address.apply((found) => administratorKubeconfig(config.name, found)),
        enableServerSideApply: true,
        upsertExistingObjects: true,
      },
      // A regional load balancer is refused where its proxies have no place.
      { parent: this, dependsOn: [ready, ...proxies] },
    );
    this.registerOutputs({ address: this.address, edgeAddress: this.edgeAddress });
  }
}

function clusterAddress(
  { endpoint }: GkeConfig,
  cluster: gcp.container.Cluster,
): pulumi.Output<ClusterAddress> {
  return pulumi
    .all([cluster.endpoint, cluster.controlPlaneEndpointsConfig, cluster.masterAuth])
    .apply(([ip, endpoints, { clusterCaCertificate }]) =>
      addressOf(endpoint.kind, {
        ip,
        dns: endpoints.dnsEndpointConfig?.endpoint,
        certificateAuthority: clusterCaCertificate,
      }),
    );
}
