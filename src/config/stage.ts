import { z } from "zod";
import { UserError } from "../errors.ts";
import { foundationKeys } from "./foundation.ts";
import { type Evaluated, foundingStackOf, parsedBy, projectShapeOf, requireOwnStacks } from "./project.ts";
import type { RawValues } from "./raw.ts";
import { type RouterSchemas, routerPartsOf } from "./router-schema.ts";
import { stageSecrets } from "./secrets.ts";

const sharePercent = z
  .int("must be a whole number of percent")
  .min(0, "must not be negative")
  .max(100, "must be at most 100 percent");

const trafficSchema = z
  .strictObject({ previous: sharePercent, canary: sharePercent })
  .refine(
    (traffic) => traffic.previous + traffic.canary === 100,
    "previous and canary must add up to 100 percent",
  );

/** Project and stage values together. */
function configSchemaOf(values: RawValues, routers: RouterSchemas) {
  return z.strictObject({
    ...projectShapeOf(values, routers),
    traffic: trafficSchema,
    /** Why the order of the lifecycle does not count this time: kept in the release record. */
    lifecycleOverride: z.string().min(1).optional(),
    ...stageSecrets,
    replicas: routerPartsOf(values.router, routers).replicas,
  });
}

/**
 * The evaluated configuration of one stage: project values and the stage's own. What is a router's own in it is for
 * that router alone to read (RouterConfig).
 */
export type Config = Evaluated<z.infer<ReturnType<typeof configSchemaOf>>>;

/**
 * The configuration of a stage.
 * @param raw every value of the project's namespace, by key, as Pulumi merged them: texts, or what they stand for
 * @param routers those that `router` can name
 * @throws UserError with a line for each property that is wrong
 */
export function parseConfig(raw: RawValues, routers: RouterSchemas): Config {
  requireOwnStacks(raw);
  requireNoFoundation(raw, routers);
  return parsedBy(configSchemaOf(raw, routers), raw, routers);
}

function requireNoFoundation(raw: RawValues, routers: RouterSchemas): void {
  const misplaced = foundationKeys(routers).find((key) => raw[key] !== undefined);
  if (misplaced === undefined) return;
  const founding = foundingStackOf(raw);
  throw new UserError(
    `${misplaced} stands in a stage's configuration, but belongs to the stack ${founding}`,
    `Move it to Pulumi.${founding}.yaml: every stage works on the cluster of that stack.`,
  );
}

/** @throws UserError when the abort stage gives the canary any traffic */
export function requireCanaryOut(stage: string, { abort, traffic }: Pick<Config, "abort" | "traffic">): void {
  if (stage !== abort || traffic.canary === 0) return;
  throw new UserError(
    `traffic.canary is ${traffic.canary} in Pulumi.${stage}.yaml, but ${stage} takes the canary out`,
    "Set traffic to { previous: 100, canary: 0 } there.",
  );
}
