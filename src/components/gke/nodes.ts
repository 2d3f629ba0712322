import * as gcp from "@pulumi/gcp";
import type * as pulumi from "@pulumi/pulumi";
import { type GkeConfig, nodesPerZone } from "../../config/gke.ts";

export interface NodePoolArgs {
  readonly config: GkeConfig;
  readonly cluster: pulumi.Input<string>;
  /** Service account of the nodes. */
  readonly account: pulumi.Input<string>;
}

const DRAIN_SECONDS = 3600;

/**
 * The node pool of a standard cluster. It has no name of its own, so that a change which replaces it (the machine
 * type, say) makes the new pool first; the old one is then drained within its disruption budgets.
 */
export function declareNodePool(
  name: string,
  args: NodePoolArgs,
  options: pulumi.CustomResourceOptions,
): gcp.container.NodePool {
  const autoscaled = args.config.nodes.maxPerZone !== undefined;
  return new gcp.container.NodePool(name, nodePoolDocument(args), {
    ...options,
    ...(autoscaled && { ignoreChanges: ["initialNodeCount"] }),
  });
}

/** The pool: surge upgrades that never lose a node before its replacement is there. */
export function nodePoolDocument({ config, cluster, account }: NodePoolArgs): gcp.container.NodePoolArgs {
  return {
    cluster,
    location: config.location,
    ...sizeOf(config),
    management: { autoRepair: true, autoUpgrade: true },
    upgradeSettings: { strategy: "SURGE", maxSurge: 1, maxUnavailable: 0 },
    nodeDrainConfigs: [
      {
        respectPdbDuringNodePoolDeletion: true,
        pdbTimeoutDuration: `${DRAIN_SECONDS}s`,
        graceTerminationDuration: `${DRAIN_SECONDS}s`,
      },
    ],
    networkConfig: { enablePrivateNodes: true },
    nodeConfig: nodeDocument(config, account),
  };
}

function sizeOf(config: GkeConfig): Partial<gcp.container.NodePoolArgs> {
  const perZone = nodesPerZone(config);
  const { maxPerZone } = config.nodes;
  if (maxPerZone === undefined) return { nodeCount: perZone };
  return {
    initialNodeCount: perZone,
    autoscaling: { minNodeCount: perZone, maxNodeCount: maxPerZone, locationPolicy: "BALANCED" },
  };
}

/** Nobody reads from a kubelet without proving who they are. Source: GKE's manual, "Disable the kubelet read-only port". */
export const NO_READ_ONLY_PORT = { insecureKubeletReadonlyPortEnabled: "FALSE" } as const;

/** A node: Google's hardened system, secure boot, no right but its account's, no instance metadata for pods. */
export function nodeDocument(
  config: GkeConfig,
  account: pulumi.Input<string>,
): gcp.types.input.container.NodePoolNodeConfig {
  return {
    machineType: config.nodes.machineType,
    diskSizeGb: config.nodes.diskGb,
    diskType: "pd-balanced",
    imageType: "COS_CONTAINERD",
    serviceAccount: account,
    // The account's roles are the limit; the old scopes would only hide what it may do.
    oauthScopes: ["https://www.googleapis.com/auth/cloud-platform"],
    shieldedInstanceConfig: { enableSecureBoot: true, enableIntegrityMonitoring: true },
    workloadMetadataConfig: { mode: "GKE_METADATA" },
    kubeletConfig: NO_READ_ONLY_PORT,
    metadata: { "disable-legacy-endpoints": "true" },
    resourceLabels: config.labels,
  };
}
