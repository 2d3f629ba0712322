import { z } from "zod";
import { UserError } from "../errors.ts";
import { type BuiltInRouter, type RouterValues, routerSchemaOf, routerSchemas } from "../routers/schemas.ts";
import { appSchema, objectName, version } from "./app.ts";
import { clusterSchema } from "./cluster.ts";
import { configError, plainWords } from "./errors.ts";
import { secretShape } from "./secrets.ts";

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
};

const stageShape = {
  traffic: trafficSchema,
  /** In the founding stack alone. */
  cluster: clusterSchema.optional(),
  /** Why the order of the lifecycle does not count this time: kept in the release record. */
  lifecycleOverride: z.string().min(1).optional(),
  /** In the founding stack alone. */
  ...secretShape,
};

type Values = Readonly<Record<string, unknown>>;

/** Project values, their `edge` as the router that they name wants it. */
function projectSchemaOf({ router }: Values) {
  return z.strictObject({
    ...projectShape,
    router: z.enum(Object.keys(routerSchemas)),
    edge: routerSchemaOf(router).edge,
  });
}

/** Project and stage values together. */
function configSchemaOf(values: Values) {
  const { replicas } = routerSchemaOf(values.router);
  return z.strictObject({ ...projectSchemaOf(values).shape, ...stageShape, replicas });
}

/** The values of Pulumi.yaml, the same in every stage. */
export type ProjectConfig = z.infer<ReturnType<typeof projectSchemaOf>> & { founding: string };

/** The evaluated configuration of one stage: project values and the stage's own. */
export type Config = z.infer<ReturnType<typeof configSchemaOf>> & { founding: string };

/** The same, with the values that a certain router has its own schema for. */
export type RouterConfig<Name extends BuiltInRouter> = Config & RouterValues<Name>;

/**
 * The configuration of a stage.
 * @param raw every value of the project's namespace, by key, as Pulumi merged them
 * @throws UserError with a line for each property that is wrong
 */
export function parseConfig(raw: Values): Config {
  const schema = configSchemaOf(raw);
  const parsed = schema.safeParse(raw, { error: plainWords });
  if (!parsed.success) throw configError(parsed.error.issues, raw, schema);
  return { ...parsed.data, founding: foundingStage(parsed.data) };
}

/**
 * The project's values alone, as the command reads them from Pulumi.yaml.
 * @throws UserError with a line for each property that is wrong
 */
export function parseProject(raw: Values): ProjectConfig {
  const schema = projectSchemaOf(raw);
  const parsed = schema.safeParse(raw, { error: plainWords });
  if (!parsed.success) throw configError(parsed.error.issues, raw, schema);
  return { ...parsed.data, founding: foundingStage(parsed.data) };
}

function foundingStage(project: { founding?: string | undefined; lifecycle: readonly string[] }): string {
  const stage = project.founding ?? project.lifecycle[0] ?? "";
  if (project.lifecycle.includes(stage)) return stage;
  throw new UserError(
    `founding is ${JSON.stringify(stage)}, which is not in lifecycle: ${project.lifecycle.join(", ")}`,
    "Name a stage of the lifecycle in Pulumi.yaml, or leave founding out for the first one.",
  );
}
