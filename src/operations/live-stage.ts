import { readRecord } from "../application/live.ts";
import type { KubernetesApi } from "../cluster/api.ts";
import { Refusal } from "../errors.ts";
import { releaseText, sameRelease, stageAfter } from "../model/lifecycle.ts";
import { appNames } from "../model/names.ts";
import { evaluateStage } from "../project/evaluate.ts";
import type { LiveStage } from "../verification/options.ts";
import type { Operator } from "./operator.ts";

type Application = Pick<Operator, "project" | "cluster">;

/**
 * The stage that a promotion goes to when none is named: the one after the live one, or the first of a new release.
 * @throws Refusal at the end of a release
 */
export async function nextStage({ project, cluster }: Application): Promise<string> {
  const { app, namespace, lifecycle, release } = project.config;
  const [first = ""] = lifecycle;
  const api = await cluster();
  const record = api && (await readRecord(api, namespace, appNames(app.name, namespace).record));
  if (!record || !sameRelease(record.release, release)) return first;
  const next = stageAfter(record.stage, lifecycle);
  if (next !== undefined) return next;
  throw new Refusal(
    `${record.stage} is the last stage: release ${releaseText(release)} is done`,
    "Begin the next one with: canary release VERSION",
  );
}

/**
 * The stage that is live, as its files say it with the release that is live, and the cluster that it is live in.
 * @throws Refusal when nothing is live
 */
export async function liveStage({
  project,
  cluster,
}: Application): Promise<{ api: KubernetesApi; stage: LiveStage }> {
  const { app, namespace } = project.config;
  const api = await cluster();
  const record = api && (await readRecord(api, namespace, appNames(app.name, namespace).record));
  if (!api || !record)
    throw new Refusal("nothing was released to this cluster yet", "Begin with: canary promote");
  const evaluated = await evaluateStage(project, record.stage, record.release);
  return { api, stage: { ...evaluated, release: record.release, intended: record.intended } };
}
