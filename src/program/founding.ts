import * as pulumi from "@pulumi/pulumi";
import type { ClusterAccess } from "../cluster/api.ts";
import type { ClusterConfig } from "../config/cluster.ts";
import { secretShape } from "../config/secrets.ts";
import type { Config } from "../config/stage.ts";
import { UserError } from "../errors.ts";
import { DEPLOYER_KUBECONFIG, type FoundingOutputs, foundingOutputs } from "./outputs.ts";

/** A stage's place: the founding stack has the cluster in its configuration, the others take what it exports. */
export type Place =
  | {
      readonly founding: true;
      readonly cluster: ClusterConfig;
      /** Undefined until the founding stack was applied for the first time. */
      readonly earlier: FoundingOutputs | undefined;
    }
  | { readonly founding: false; readonly earlier: FoundingOutputs };

/** Keys that belong in the founding stack's file alone. */
const FOUNDING_KEYS = ["cluster", ...(Object.keys(secretShape) as (keyof typeof secretShape)[])] as const;

/**
 * Where a stage works.
 * @param known what the founding stack exports, by whoever has just read it; else the engine is asked
 * @throws UserError when the founding stack was never applied, or when one of its keys stands in another stage's file
 */
export async function placeOf(config: Config, stage: string, known?: FoundingOutputs): Promise<Place> {
  if (stage !== config.founding) {
    const misplaced = FOUNDING_KEYS.find((key) => config[key] !== undefined);
    if (misplaced) throw misplacedKey(misplaced, stage, config.founding);
    return { founding: false, earlier: known ?? (await exportedBy(config.founding)) };
  }
  if (!config.cluster) {
    throw new UserError(
      `cluster is missing in Pulumi.${stage}.yaml: ${stage} is the founding stack`,
      "Say which cluster: cluster: {kind: gke, …}, or cluster: {kind: kubeconfig, context: NAME}.",
    );
  }
  const { cluster } = config;
  if (cluster.kind !== "gke") return { founding: true, cluster, earlier: undefined };
  return { founding: true, cluster, earlier: known ?? foundingOutputs(await readOutputs(stage)) };
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
export function accessOf(place: Place): ClusterAccess | undefined {
  if (place.founding && place.cluster.kind === "kubeconfig") {
    return { file: place.cluster.kubeconfig, context: place.cluster.context };
  }
  return place.earlier && { kubeconfig: place.earlier.deployerKubeconfig };
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
