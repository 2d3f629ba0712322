import { applicationOf } from "../application/application.ts";
import type { KubernetesApi } from "../cluster/api.ts";
import { Refusal } from "../errors.ts";
import { releaseText, sameRelease, stageAfter } from "../model/lifecycle.ts";
import { evaluateStage } from "../project/evaluate.ts";
import type { LiveStage } from "../verification/options.ts";
import type { Operator } from "./operator.ts";
import { requireApplication } from "./require-application.ts";

/** A session or an operator. */
type WithProject = Pick<Operator, "project" | "cluster">;

/**
 * The stage that a promotion goes to when none is named: the one after the live one, or the first of a new release.
 * @throws Refusal at the end of a release
 */
export async function nextStage(reach: WithProject): Promise<string> {
  const { lifecycle, release } = reach.project.config;
  const [first = ""] = lifecycle;
  const record = await (await applicationOf(reach))?.record();
  if (!record || !sameRelease(record.release, release)) return first;
  const next = stageAfter(record.stage, lifecycle);
  if (next !== undefined) return next;
  throw new Refusal(
    `${record.stage} is the last stage: release ${releaseText(release)} is done`,
    "Begin the next one with: canary release VERSION",
  );
}

/** Whether a stage is live with the release of Pulumi.yaml. */
export async function isLive(reach: WithProject, stage: string): Promise<boolean> {
  const record = await (await applicationOf(reach))?.record();
  return record?.stage === stage && sameRelease(record.release, reach.project.config.release);
}

/**
 * The stage that is live, as its files say it with the release that is live, and the cluster that it is live in.
 * @throws Refusal when nothing is live
 */
export async function liveStage(reach: WithProject): Promise<{ api: KubernetesApi; stage: LiveStage }> {
  const application = await requireApplication(reach);
  const record = await application.record();
  if (!record) {
    throw new Refusal("nothing was released to this cluster yet", "Begin with: canary promote");
  }
  const evaluated = await evaluateStage(reach.project, record.stage, record);
  return {
    api: application.api,
    stage: { ...evaluated, release: record.release, intended: record.intended },
  };
}
