import { z } from "zod";
import { UserError } from "../errors.ts";
import { clusterSchemaWith } from "./cluster.ts";
import { type Evaluated, foundingStackOf, parsedBy, projectShapeOf, requireOwnStacks } from "./project.ts";
import type { RawValues } from "./raw.ts";
import { clusterShapeOf, type RouterSchemas } from "./router-schema.ts";
import { foundationSecretShapeOf, stageSecrets } from "./secrets.ts";

/** Project values, and those of the foundation's own file. */
function foundationSchemaOf(values: RawValues, routers: RouterSchemas) {
  return z.strictObject({
    ...projectShapeOf(values, routers),
    cluster: clusterSchemaWith(clusterShapeOf(routers)),
    ...foundationSecretShapeOf(routers),
  });
}

/** The evaluated configuration of the foundation: the stack with all that needs an administrator. */
export type FoundationConfig = Evaluated<z.infer<ReturnType<typeof foundationSchemaOf>>>;

/** The keys that only the foundation's file may have: the cluster, and the secrets for it. */
export function foundationKeys(routers: RouterSchemas): readonly string[] {
  return ["cluster", ...Object.keys(foundationSecretShapeOf(routers))];
}

const STAGE_KEYS = ["traffic", "replicas", "lifecycleOverride", ...Object.keys(stageSecrets)] as const;

/**
 * The configuration of the foundation.
 * @param raw every value of the project's namespace, by key
 * @param routers those that `router` can name
 * @throws UserError with a line for each property that is wrong
 */
export function parseFoundation(raw: RawValues, routers: RouterSchemas): FoundationConfig {
  requireOwnStacks(raw);
  const founding = foundingStackOf(raw);
  const misplaced = STAGE_KEYS.find((key) => raw[key] !== undefined);
  if (misplaced !== undefined) {
    throw new UserError(
      `${misplaced} stands in Pulumi.${founding}.yaml, but ${founding} is no stage: it has no traffic`,
      "Move it to the file of the stage that it is for.",
    );
  }
  if (raw.cluster === undefined) {
    throw new UserError(
      `cluster is missing in Pulumi.${founding}.yaml`,
      "Say which cluster: cluster: {kind: gke, …}, or cluster: {kind: kubeconfig, context: NAME}.",
    );
  }
  return parsedBy(foundationSchemaOf(raw, routers), raw, routers);
}
