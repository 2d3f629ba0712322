import * as pulumi from "@pulumi/pulumi";
import { ExistingCluster } from "./components/cluster.ts";
import type { Router } from "./components/edge/router.ts";
import { Tenancy } from "./components/tenancy.ts";
import type { ClusterConfig } from "./config/cluster.ts";
import type { Config } from "./config.ts";
import { UserError } from "./errors.ts";
import { type ClusterAccess, clusterAddress } from "./kubernetes.ts";
import type { StagePlan } from "./model/plan.ts";
import { DEPLOYER_KUBECONFIG } from "./outputs.ts";

/** What the application's objects of a stage stand on. */
export interface Foundation {
  readonly namespace: pulumi.Input<string>;
  /** Kubeconfig of the restricted account: secret. */
  readonly deployerKubeconfig: pulumi.Output<string>;
}

/** A stage's place: the founding stack has the cluster in its configuration, the others take what it exports. */
export type Place =
  | { readonly founding: true; readonly cluster: ClusterConfig }
  | { readonly founding: false; readonly deployerKubeconfig: string };

/**
 * Where a stage works.
 * @throws UserError when the founding stack was never applied, or when `cluster` stands in the wrong stage's file
 */
export async function placeOf(config: Config, stage: string): Promise<Place> {
  if (stage !== config.founding) {
    if (config.cluster) throw misplacedCluster(stage, config.founding);
    return { founding: false, deployerKubeconfig: await exportedKubeconfig(config.founding) };
  }
  if (config.cluster) return { founding: true, cluster: config.cluster };
  throw new UserError(
    `cluster is missing in Pulumi.${stage}.yaml: ${stage} is the founding stack`,
    "Say which cluster: cluster: {kind: gke, …}, or cluster: {kind: kubeconfig, context: NAME}.",
  );
}

function misplacedCluster(stage: string, founding: string): UserError {
  return new UserError(
    `cluster stands in Pulumi.${stage}.yaml, but ${founding} is the founding stack`,
    `Remove it there: ${stage} works on the cluster of ${founding}.`,
  );
}

/** How the cluster is reached before anything is declared. */
export function accessOf(place: Place): ClusterAccess {
  if (!place.founding) return { kubeconfig: place.deployerKubeconfig };
  return { file: place.cluster.kubeconfig, context: place.cluster.context };
}

/**
 * The founding stack's secret output. Not a StackReference: that one ends the program with the engine's own words
 * when the stack does not exist, where this can say what to do.
 */
async function exportedKubeconfig(founding: string): Promise<string> {
  const name = `${pulumi.getOrganization()}/${pulumi.getProject()}/${founding}`;
  const neverApplied = (detail: string) =>
    new UserError(
      `the founding stack ${founding} was never applied: ${detail}`,
      `Apply it first: pulumi up -s ${founding}. It makes the namespace and the account that every stage works with.`,
    );
  let outputs: Record<string, unknown>;
  try {
    const answer = await pulumi.runtime.invoke("pulumi:pulumi:readStackOutputs", { name });
    outputs = (answer as { outputs?: Record<string, unknown> }).outputs ?? {};
  } catch (error) {
    throw neverApplied((error as Error).message.replace(/^.*returned an error: /s, ""));
  }
  const kubeconfig = outputs[DEPLOYER_KUBECONFIG];
  if (typeof kubeconfig === "string") return kubeconfig;
  throw neverApplied(`it has no output ${DEPLOYER_KUBECONFIG}`);
}

/** Declares the cluster and the tenancy in the founding stack; elsewhere takes what that one made. */
export async function declareFoundation(
  place: Place,
  config: Config,
  plan: StagePlan,
  router: Router,
): Promise<Foundation> {
  if (!place.founding) {
    return { namespace: config.namespace, deployerKubeconfig: pulumi.secret(place.deployerKubeconfig) };
  }
  const address = await clusterAddress(accessOf(place));
  const cluster = new ExistingCluster("cluster", { config: place.cluster, address });
  return new Tenancy("tenancy", {
    cluster,
    app: config.app,
    namespace: config.namespace,
    selector: plan.selector,
    edgeRules: router.deployerRules,
  });
}
