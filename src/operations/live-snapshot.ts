import { configMapPath, deploymentPath } from "../cluster/objects.ts";
import { changeText } from "../engine/changes.ts";
import { UserError } from "../errors.ts";
import { differences } from "../model/differences.ts";
import type { EvaluatedStage } from "../project/evaluate.ts";
import type { Operator } from "./operator.ts";
import { requireApplication } from "./require-application.ts";

/** The desired state of each live object that a stage declares, by kind and name (`Deployment httpd-new`). */
export type LiveSnapshot = Readonly<Record<string, unknown>>;

interface AnyObject {
  readonly metadata?: {
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [key: string]: unknown;
}

/** Annotations that controllers write, not people: `deployment.kubernetes.io/revision`. */
const CONTROLLERS = /^deployment\.kubernetes\.io\//;

/**
 * Takes a snapshot of the live objects: before a preview, and once more right before that is applied.
 * @throws UserError before the foundation was applied
 */
export async function takeSnapshot(
  operator: Operator,
  { config, plan, router }: EvaluatedStage,
): Promise<LiveSnapshot> {
  const { api, namespace, names } = await requireApplication(operator);
  const { previous, canary } = plan.tracks;
  const edge = router
    .edgePaths(config)
    .map((path) => [`the edge, ${path.split("/").slice(-2).join(" ")}`, path]);
  const paths: Readonly<Record<string, string>> = {
    [`Deployment ${previous.name}`]: deploymentPath(namespace, previous.name),
    [`Deployment ${canary.name}`]: deploymentPath(namespace, canary.name),
    [`ConfigMap ${names.record}`]: configMapPath(namespace, names.record),
    ...Object.fromEntries(edge),
  };
  const objects = await Promise.all(
    Object.entries(paths).map(async ([object, path]) => [
      object,
      desiredState(await api.get<AnyObject>(path)),
    ]),
  );
  return Object.fromEntries(objects);
}

/** An object without its status, and without what the API server and controllers write into its metadata. */
function desiredState(object: AnyObject | undefined): unknown {
  if (!object) return undefined;
  const { metadata, status: _status, ...rest } = object;
  const annotations = Object.entries(metadata?.annotations ?? {}).filter(([key]) => !CONTROLLERS.test(key));
  return { ...rest, metadata: { labels: metadata?.labels, annotations: Object.fromEntries(annotations) } };
}

/**
 * What was previewed is applied to the cluster as it was previewed, or not at all.
 * @throws UserError that names each object and value that was changed in between
 */
export function requireUnchanged(before: LiveSnapshot, after: LiveSnapshot): void {
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
