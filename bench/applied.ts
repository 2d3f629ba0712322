import { type AppliedServer, readWeights } from "../local/edge/statistics.ts";
import { until } from "../local/until.ts";
import type { PerTrack } from "../src/model/traffic.ts";
import { PREVIEW_BACKEND } from "../src/model/weights.ts";

/** Percent of the traffic that HAProxy gives the canary's pods; undefined when it gives none to anybody. */
export function appliedShare(
  servers: readonly AppliedServer[],
  deployments: PerTrack<string>,
): number | undefined {
  const weightOf = (deployment: string): number =>
    servers
      .filter(({ backend }) => backend !== PREVIEW_BACKEND)
      .filter(({ pod, status }) => pod.startsWith(`${deployment}-`) && status !== "DOWN")
      .reduce((sum, { weight }) => sum + weight, 0);
  const canary = weightOf(deployments.canary);
  const all = canary + weightOf(deployments.previous);
  return all === 0 ? undefined : (100 * canary) / all;
}

/** Waits until HAProxy gives the canary this percentage. @throws Error when it does not within the time */
export async function untilShareApplied(
  edge: { statsUrl: string },
  deployments: PerTrack<string>,
  share: number,
  timeoutMs: number,
): Promise<void> {
  const isThere = async () => {
    const applied = appliedShare(await readWeights(edge).catch(() => []), deployments);
    return applied !== undefined && Math.abs(applied - share) < 0.01;
  };
  if (await until(isThere, { timeoutMs, everyMs: 100 })) return;
  throw new Error(
    `HAProxy does not give the canary ${share} % within ${timeoutMs / 1000} s: ${edge.statsUrl}`,
  );
}
