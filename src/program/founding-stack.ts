import * as pulumi from "@pulumi/pulumi";
import type { ClusterAccess } from "../cluster/client-library.ts";
import type { ClusterConfig } from "../config/cluster.ts";
import type { RouterSchemas } from "../config/router-schema.ts";
import { type Config, foundingKeys } from "../config/stage.ts";
import { UserError } from "../errors.ts";
import { DEPLOYER_KUBECONFIG, type FoundingOutputs, foundingOutputs } from "./outputs.ts";

/**
 * The founding stack, as the stage that is declared sees it: it is that stack itself and has the cluster in its
 * configuration, or it takes what that stack exports.
 */
export type FoundingStack =
  | {
      readonly isThisStage: true;
      readonly cluster: ClusterConfig;
      /** Undefined until it was applied for the first time. */
      readonly outputs: FoundingOutputs | undefined;
    }
  | { readonly isThisStage: false; readonly outputs: FoundingOutputs };

export interface FoundingStackOptions {
  /** The stage that is declared. */
  readonly stage: string;
  /** Those whose secrets belong in the founding stack's file. */
  readonly routers: RouterSchemas;
  /** What the founding stack exports, by whoever has just read it; else the engine is asked. */
  readonly known?: FoundingOutputs | undefined;
}

/**
 * Finds the founding stack of a stage.
 * @throws UserError when the founding stack was never applied, or when one of its keys stands in another stage's file
 */
export async function foundingStackOf(
  config: Config,
  { stage, routers, known }: FoundingStackOptions,
): Promise<FoundingStack> {
  if (stage !== config.founding) {
    const values: Readonly<Record<string, unknown>> = config;
    const misplaced = foundingKeys(routers).find((key) => values[key] !== undefined);
    if (misplaced !== undefined) throw misplacedKey(misplaced, stage, config.founding);
    return { isThisStage: false, outputs: known ?? (await exportedBy(config.founding)) };
  }
  if (!config.cluster) {
    throw new UserError(
      `cluster is missing in Pulumi.${stage}.yaml: ${stage} is the founding stack`,
      "Say which cluster: cluster: {kind: gke, …}, or cluster: {kind: kubeconfig, context: NAME}.",
    );
  }
  const { cluster } = config;
  if (cluster.kind !== "gke") return { isThisStage: true, cluster, outputs: undefined };
  return { isThisStage: true, cluster, outputs: known ?? foundingOutputs(await readOutputs(stage)) };
}

function misplacedKey(key: string, stage: string, founding: string): UserError {
  return new UserError(
    `${key} stands in Pulumi.${stage}.yaml, but ${founding} is the founding stack`,
    `Remove it there: ${stage} works on the cluster of ${founding}.`,
  );
}

/**
 * How the cluster is reached before anything is declared; undefined while there is none. A GKE cluster is looked at
 * as the deployer as well: the founding stack's own output, so that nothing depends on a local kubeconfig.
 */
export function accessOf(founding: FoundingStack): ClusterAccess | undefined {
  if (founding.isThisStage && founding.cluster.kind === "kubeconfig") {
    return { file: founding.cluster.kubeconfig, context: founding.cluster.context };
  }
  return founding.outputs && { kubeconfig: founding.outputs.deployerKubeconfig };
}

async function exportedBy(founding: string): Promise<FoundingOutputs> {
  const neverApplied = (detail: string) =>
    new UserError(
      `the founding stack ${founding} was never applied: ${detail}`,
      `Apply it first: pulumi up -s ${founding}. It makes the namespace and the account that every stage works with.`,
    );
  const outputs = await readOutputs(founding).catch((error: Error) => {
    throw neverApplied(error.message.replace(/^.*returned an error: /s, ""));
  });
  const found = foundingOutputs(outputs);
  if (found) return found;
  throw neverApplied(`it has no output ${DEPLOYER_KUBECONFIG}`);
}

/**
 * Outputs of a stack of this project, secrets in clear. Not a StackReference: that one ends the program with the
 * engine's own words when the stack does not exist, where this can say what to do.
 */
async function readOutputs(stack: string): Promise<Readonly<Record<string, unknown>>> {
  const name = `${pulumi.getOrganization()}/${pulumi.getProject()}/${stack}`;
  const answer = await pulumi.runtime.invoke("pulumi:pulumi:readStackOutputs", { name });
  return (answer as { outputs?: Record<string, unknown> }).outputs ?? {};
}
