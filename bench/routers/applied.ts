import { type AppliedServer, readWeights } from "../../local/edge/statistics.ts";
import { until } from "../../local/until.ts";
import { UserError } from "../../src/errors.ts";
import type { StagePlan } from "../../src/model/plan.ts";
import { PREVIEW_BACKEND } from "../../src/model/weights.ts";

const TIMEOUT_MS = 10_000;

/** Percent of the traffic that HAProxy gives the canary's pods at this moment. */
export function appliedCanaryShare(servers: readonly AppliedServer[], plan: StagePlan): number {
  const weightOf = (deployment: string): number =>
    servers
      .filter(({ backend }) => backend !== PREVIEW_BACKEND)
      .filter(({ pod, status }) => pod.startsWith(`${deployment}-`) && status !== "DOWN")
      .reduce((sum, { weight }) => sum + weight, 0);
  const canary = weightOf(plan.tracks.canary.name);
  return (100 * canary) / (canary + weightOf(plan.tracks.previous.name));
}

/** Waits until HAProxy gives the canary the share that the stage's pods and weights make. */
export async function untilShareApplied(edge: { statsUrl: string }, plan: StagePlan): Promise<void> {
  const isApplied = async () =>
    Math.abs(appliedCanaryShare(await readWeights(edge), plan) - plan.effectiveCanary) < 0.01;
  if (await until(isApplied, { timeoutMs: TIMEOUT_MS })) return;
  throw new UserError(
    `HAProxy does not give the canary ${plan.effectiveCanary} % within ${TIMEOUT_MS / 1000} s`,
    `See its servers and weights: ${edge.statsUrl}`,
  );
}
