import { configMapPath, deploymentPath } from "../application/live.ts";
import type { KubernetesApi } from "../cluster/api.ts";
import { changeText } from "../engine/changes.ts";
import { UserError } from "../errors.ts";
import { differences } from "../model/differences.ts";
import { appNames } from "../model/names.ts";
import type { EvaluatedStage } from "../project/evaluate.ts";

/** What is asked for of each live object that a stage declares, by its kind and name; without status. */
export type World = Readonly<Record<string, unknown>>;

interface AnyObject {
  readonly metadata?: {
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [key: string]: unknown;
}

/** Annotations that controllers write, not people: `deployment.kubernetes.io/revision`. */
const CONTROLLERS = /^deployment\.kubernetes\.io\//;

/** Reads what is asked for of the live objects: taken before a preview, and compared right before it is applied. */
export async function readWorld(
  api: KubernetesApi,
  { config, plan, planner }: EvaluatedStage,
): Promise<World> {
  const { namespace } = config;
  const names = appNames(config.app.name, namespace);
  const { previous, canary } = plan.tracks;
  const paths: Readonly<Record<string, string>> = {
    [`Deployment ${previous.name}`]: deploymentPath(namespace, previous.name),
    [`Deployment ${canary.name}`]: deploymentPath(namespace, canary.name),
    [`ConfigMap ${names.record}`]: configMapPath(namespace, names.record),
    "the edge": planner.addressPath(config),
  };
  const objects = await Promise.all(
    Object.entries(paths).map(async ([object, path]) => [object, askedFor(await api.get<AnyObject>(path))]),
  );
  return Object.fromEntries(objects);
}

function askedFor(object: AnyObject | undefined): unknown {
  if (!object) return undefined;
  const { metadata, status: _status, ...rest } = object;
  const annotations = Object.entries(metadata?.annotations ?? {}).filter(([key]) => !CONTROLLERS.test(key));
  return { ...rest, metadata: { labels: metadata?.labels, annotations: Object.fromEntries(annotations) } };
}

/**
 * What was previewed is applied to the world that it was previewed in, or not at all.
 * @throws UserError that names each object and value that was changed in between
 */
export function requireSameWorld(before: World, after: World): void {
  const lines = Object.keys(before).flatMap((object) =>
    differences(before[object], after[object]).map((difference) =>
      changeText({ object, operation: "update", ...difference }),
    ),
  );
  if (lines.length === 0) return;
  throw new UserError(
    `the cluster was changed after the preview, so it was not applied:\n${lines.map((line) => `  ${line}`).join("\n")}`,
    "Preview again and decide on what it then shows.",
  );
}
