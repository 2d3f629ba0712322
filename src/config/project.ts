import { z } from "zod";
import { UserError } from "../errors.ts";
import { type Release, releaseText } from "../model/lifecycle.ts";
import { objectName, version } from "./app/texts.ts";
import { evaluateEntry, type Version, type Versions, versions, versionsSchema } from "./app/versions.ts";
import { appSchema } from "./app.ts";
import { configError, pathText, plainWords } from "./errors.ts";
import { gateSchema } from "./gate.ts";
import { notifySchema } from "./notify.ts";
import { type RawValues, valuesOf } from "./raw.ts";
import { formerSchemaOf, type RouterSchemas, routerPartsOf } from "./router-schema.ts";

const stackName = z.string().regex(/^[A-Za-z0-9_.-]{1,100}$/, "must be a stack name");

const releaseSchema = z
  .strictObject({ previous: version, canary: version })
  .refine((release) => release.previous !== release.canary, "previous and canary must be two versions");

const projectShape = {
  app: appSchema,
  release: releaseSchema,
  versions,
  namespace: objectName,
  /** Stage stacks in the order in which a release goes through them. */
  lifecycle: z
    .array(stackName)
    .min(1)
    .refine((stages) => new Set(stages).size === stages.length, "names a stage twice"),
  /** The stack that the stages stand on: the cluster, the ingress controller, the namespace and its account. */
  founding: stackName.default("foundation"),
  /** How a canary is judged while a stage is live; without it nothing is. */
  gate: gateSchema.optional(),
  /** Who is told of moves and verdicts. */
  notify: notifySchema.default([]),
  /** Lets a bare `pulumi up` take objects over that somebody else made. */
  takeOver: z.boolean().default(false),
  /** The stage outside of the lifecycle that takes the canary out: all traffic to the previous version. */
  abort: stackName.default("canary-0"),
};

/** Project values, their `edge` as the router that they name wants it. */
export function projectShapeOf({ router }: RawValues, routers: RouterSchemas) {
  return {
    ...projectShape,
    router: z.enum(Object.keys(routers)),
    edge: routerPartsOf(router, routers).edge,
    /** The router that the application comes from, as long as it serves as well. */
    former: formerSchemaOf(routers).optional(),
  };
}

/** Values with each version evaluated. */
export type Evaluated<T> = Omit<T, "versions"> & { readonly versions: Versions };

/** The values of Pulumi.yaml, the same in every stack. */
export type ProjectConfig = Evaluated<z.infer<z.ZodObject<ReturnType<typeof projectShapeOf>>>>;

/**
 * The project's values alone, as the command reads them from Pulumi.yaml.
 * @param routers those that `router` can name
 * @throws UserError with a line for each property that is wrong
 */
export function parseProject(raw: RawValues, routers: RouterSchemas): ProjectConfig {
  requireOwnStacks(raw);
  const parsed = parsedBy(z.strictObject(projectShapeOf(raw, routers)), raw, routers);
  requireStages(Object.keys(parsed.gate?.stages ?? {}), parsed.lifecycle);
  return parsed;
}

/** @throws UserError for a stage of `gate.stages` that is none: its times would never count */
function requireStages(named: readonly string[], lifecycle: readonly string[]): void {
  const unknown = named.find((stage) => !lifecycle.includes(stage));
  if (unknown === undefined) return;
  throw new UserError(
    `${pathText(["gate", "stages", unknown])} is no stage: lifecycle is ${lifecycle.join(", ")}`,
    "Name a stage of the lifecycle, or take it out of Pulumi.yaml.",
  );
}

/**
 * Values by a schema that has the project's among others.
 * @throws UserError with a line for each property that is wrong
 */
export function parsedBy<S extends z.ZodObject<Pick<typeof projectShape, "release" | "versions">>>(
  schema: S,
  raw: RawValues,
  routers: RouterSchemas,
): Evaluated<z.output<S>> {
  const values = valuesOf(raw, schema.shape);
  const parsed = valuesBy(schema, values, routers);
  return { ...parsed, versions: evaluatedVersions(values, parsed, routers) };
}

/**
 * Values by any schema.
 * @param values read from the texts that Pulumi has of them
 * @throws UserError with a line for each property that is wrong
 */
export function valuesBy<S extends z.ZodObject>(
  schema: S,
  values: RawValues,
  routers: RouterSchemas,
): z.output<S> {
  const parsed = schema.safeParse(values, { error: plainWords });
  if (!parsed.success) throw configError(parsed.error.issues, { raw: values, schema, routers });
  return parsed.data;
}

/** @throws UserError for an entry that is wrong, or that the release has no use for */
function evaluatedVersions(
  { app }: RawValues,
  { release, versions: entries }: { release: Release; versions: z.infer<typeof versions> },
  routers: RouterSchemas,
): Versions {
  const unused = Object.keys(entries).filter((name) => !Object.values(release).includes(name));
  if (unused.length > 0) {
    throw new UserError(
      `${unused.map((name) => pathText(["versions", name])).join(", ")} is of no use: the release is ${releaseText(release)}`,
      "Take it out of Pulumi.yaml, or name it in release. Both stand in quotes: YAML reads 2.10 as the number 2.1.",
    );
  }
  const evaluated = Object.entries(entries).map(
    ([name, entry]) => [name, evaluateEntry(app as Record<string, unknown>, name, entry)] as const,
  );
  const issues = evaluated.flatMap(([, entry]) => entry.issues);
  if (issues.length > 0) {
    const raw = { versions: Object.fromEntries(evaluated.map(([name, { merged }]) => [name, merged])) };
    throw configError(issues, { raw, schema: versionsSchema, routers });
  }
  return Object.fromEntries(
    evaluated.flatMap(([name, { version: found }]): [string, Version][] => (found ? [[name, found]] : [])),
  );
}

/** The stack that the values name as the founding one. They may be wrong in everything else. */
export function foundingStackOf({ founding }: RawValues): string {
  return projectShape.founding.catch("foundation").parse(founding);
}

/**
 * The foundation and the abort are stacks of their own: none that a release goes through.
 * @throws UserError when one of them is a stage
 */
export function requireOwnStacks(raw: RawValues): void {
  const { lifecycle, abort, ...values } = valuesOf(raw, projectShape);
  const stages = z.array(z.string()).catch([]).parse(lifecycle);
  const founding = foundingStackOf(values);
  const outside = projectShape.abort.catch("canary-0").parse(abort);
  if (stages.includes(founding) || founding === outside) {
    throw new UserError(
      `founding is ${JSON.stringify(founding)}, which is a stage: ${[...stages, outside].join(", ")}`,
      `The foundation is a stack of its own now: leave founding out of Pulumi.yaml (it is then "foundation"), and move cluster from Pulumi.${founding}.yaml to Pulumi.foundation.yaml.`,
    );
  }
  if (!stages.includes(outside)) return;
  throw new UserError(
    `abort is ${JSON.stringify(outside)}, which is in lifecycle: ${stages.join(", ")}`,
    "Name another stack in Pulumi.yaml: the stage that takes the canary out is none that a release goes through.",
  );
}
