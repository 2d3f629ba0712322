import { z } from "zod";
import { UserError } from "../errors.ts";
import { objectName, version } from "./app/texts.ts";
import { appSchema } from "./app.ts";
import { clusterSchemaWith } from "./cluster.ts";
import { configError, plainWords } from "./errors.ts";
import { type RawValues, valuesOf } from "./raw.ts";
import { clusterShapeOf, type RouterSchemas, routerPartsOf } from "./router-schema.ts";
import { foundingSecretShapeOf, secretShapeOf } from "./secrets.ts";

const sharePercent = z
  .int("must be a whole number of percent")
  .min(0, "must not be negative")
  .max(100, "must be at most 100 percent");
const stageName = z.string().regex(/^[A-Za-z0-9_.-]{1,100}$/, "must be a stack name");

const releaseSchema = z
  .strictObject({ previous: version, canary: version })
  .refine((release) => release.previous !== release.canary, "previous and canary must be two versions");

const trafficSchema = z
  .strictObject({ previous: sharePercent, canary: sharePercent })
  .refine(
    (traffic) => traffic.previous + traffic.canary === 100,
    "previous and canary must add up to 100 percent",
  );

const projectShape = {
  app: appSchema,
  release: releaseSchema,
  namespace: objectName,
  /** Stage stacks in the order in which a release goes through them. */
  lifecycle: z
    .array(stageName)
    .min(1)
    .refine((stages) => new Set(stages).size === stages.length, "names a stage twice"),
  /** The stack with the cluster, the controller and the tenancy; without it the first of the lifecycle. */
  founding: stageName.optional(),
  /** The stage outside of the lifecycle that takes the canary out: all traffic to the previous version. */
  abort: stageName.default("canary-0"),
};

/** Project values, their `edge` as the router that they name wants it. */
function projectShapeOf({ router }: RawValues, routers: RouterSchemas) {
  return {
    ...projectShape,
    router: z.enum(Object.keys(routers)),
    edge: routerPartsOf(router, routers).edge,
  };
}

/** Project and stage values together. */
function configSchemaOf(values: RawValues, routers: RouterSchemas) {
  return z.strictObject({
    ...projectShapeOf(values, routers),
    traffic: trafficSchema,
    /** In the founding stack alone. */
    cluster: clusterSchemaWith(clusterShapeOf(routers)).optional(),
    /** Why the order of the lifecycle does not count this time: kept in the release record. */
    lifecycleOverride: z.string().min(1).optional(),
    ...secretShapeOf(routers),
    replicas: routerPartsOf(values.router, routers).replicas,
  });
}

/** The keys of a stage's file that only the founding stack may have: the cluster, and the secrets for it. */
export function foundingKeys(routers: RouterSchemas): readonly string[] {
  return ["cluster", ...Object.keys(foundingSecretShapeOf(routers))];
}

/** The values of Pulumi.yaml, the same in every stage. */
export type ProjectConfig = z.infer<z.ZodObject<ReturnType<typeof projectShapeOf>>> & { founding: string };

/**
 * The evaluated configuration of one stage: project values and the stage's own. What is a router's own in it is for
 * that router alone to read (RouterConfig).
 */
export type Config = z.infer<ReturnType<typeof configSchemaOf>> & { founding: string };

/**
 * The configuration of a stage.
 * @param raw every value of the project's namespace, by key, as Pulumi merged them: texts, or what they stand for
 * @param routers those that `router` can name
 * @throws UserError with a line for each property that is wrong
 */
export function parseConfig(raw: RawValues, routers: RouterSchemas): Config {
  return withFounding(parsedBy(configSchemaOf(raw, routers), raw, routers));
}

/**
 * The project's values alone, as the command reads them from Pulumi.yaml.
 * @param routers those that `router` can name
 * @throws UserError with a line for each property that is wrong
 */
export function parseProject(raw: RawValues, routers: RouterSchemas): ProjectConfig {
  return withFounding(parsedBy(z.strictObject(projectShapeOf(raw, routers)), raw, routers));
}

function parsedBy<S extends z.ZodObject>(schema: S, raw: RawValues, routers: RouterSchemas): z.output<S> {
  const values = valuesOf(raw, schema.shape);
  const parsed = schema.safeParse(values, { error: plainWords });
  if (!parsed.success) throw configError(parsed.error.issues, { raw: values, schema, routers });
  return parsed.data;
}

interface Lifecycle {
  readonly abort: string;
  readonly founding?: string | undefined;
  readonly lifecycle: readonly string[];
}

const withFounding = <T extends Lifecycle>(project: T): T & { founding: string } => {
  requireAbortOutside(project);
  return { ...project, founding: foundingStage(project) };
};

function requireAbortOutside({ abort, lifecycle }: Lifecycle): void {
  if (!lifecycle.includes(abort)) return;
  throw new UserError(
    `abort is ${JSON.stringify(abort)}, which is in lifecycle: ${lifecycle.join(", ")}`,
    "Name another stack in Pulumi.yaml: the stage that takes the canary out is none that a release goes through.",
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

function foundingStage(project: Lifecycle): string {
  const stage = project.founding ?? project.lifecycle[0] ?? "";
  if (project.lifecycle.includes(stage)) return stage;
  throw new UserError(
    `founding is ${JSON.stringify(stage)}, which is not in lifecycle: ${project.lifecycle.join(", ")}`,
    "Name a stage of the lifecycle in Pulumi.yaml, or leave founding out for the first one.",
  );
}
