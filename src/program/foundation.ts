import * as pulumi from "@pulumi/pulumi";
import { clusterAddress } from "../cluster/client-library.ts";
import { type Cluster, ExistingCluster } from "../components/cluster.ts";
import { Tenancy } from "../components/tenancy.ts";
import type { ClusterConfig } from "../config/cluster.ts";
import type { Config } from "../config/stage.ts";
import type { StagePlan } from "../model/plan.ts";
import type { Router } from "../routers/router.ts";
import type { FoundingStack } from "./founding-stack.ts";

/** What the application's objects of a stage stand on. */
export interface Foundation {
  readonly namespace: pulumi.Input<string>;
  /** Kubeconfig of the restricted account: secret. */
  readonly deployerKubeconfig: pulumi.Output<string>;
  /** The address that the edge is to have; undefined where the cluster chooses one. */
  readonly edgeAddress: pulumi.Input<string> | undefined;
  /** What the edge needs before it: the router's controller, when the stage installs it. */
  readonly beforeEdge: readonly pulumi.Resource[];
}

/** Declares the cluster and the tenancy in the founding stack; elsewhere takes what that one made. */
export async function declareFoundation(
  founding: FoundingStack,
  config: Config,
  plan: StagePlan,
  router: Router,
): Promise<Foundation> {
  if (!founding.isThisStage) {
    const { deployerKubeconfig, edgeAddress } = founding.outputs;
    return {
      namespace: config.namespace,
      deployerKubeconfig: pulumi.secret(deployerKubeconfig),
      edgeAddress,
      beforeEdge: [],
    };
  }
  const cluster = await declareCluster(founding.cluster, config);
  const tenancy = new Tenancy("tenancy", {
    cluster,
    app: config.app,
    namespace: config.namespace,
    selector: plan.selector,
    edgeRules: router.deployerRules,
    podSecurity: config.app.podSecurity?.standard ?? router.podSecurity,
    registryCredentials: config.registryCredentials,
  });
  const edge = await router.loadEdge();
  const beforeEdge = await edge.declareFoundation({
    config,
    cluster: founding.cluster,
    namespace: tenancy.namespace,
    administrator: cluster.administrator,
  });
  return {
    namespace: tenancy.namespace,
    deployerKubeconfig: tenancy.deployerKubeconfig,
    edgeAddress: cluster.edgeAddress,
    beforeEdge,
  };
}

async function declareCluster(config: ClusterConfig, { edge }: Config): Promise<Cluster> {
  if (config.kind === "kubeconfig") {
    const address = await clusterAddress({ file: config.kubeconfig, context: config.context });
    return new ExistingCluster("cluster", { config, address });
  }
  // Loaded for such a cluster alone: Google's SDK takes a second, which no promotion has to wait for.
  const { GkeCluster } = await import("../components/gke/cluster.ts");
  return new GkeCluster("cluster", { config, edge });
}
