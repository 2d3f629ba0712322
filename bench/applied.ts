import { until } from "../local/process/until.ts";
import type { PerTrack } from "../src/model/traffic.ts";
import { readServers } from "../src/routers/voyager/applied-share.ts";
import { appliedShare } from "../src/routers/voyager/statistics.ts";

/** Waits until HAProxy gives the canary this percentage. @throws Error when it does not within the time */
export async function untilShareApplied(
  edge: { statsUrl: string },
  deployments: PerTrack<string>,
  share: number,
  timeoutMs: number,
): Promise<void> {
  const isThere = async () => {
    const applied = appliedShare(await readServers(edge.statsUrl).catch(() => []), deployments);
    return applied !== undefined && Math.abs(applied - share) < 0.01;
  };
  if (await until(isThere, { timeoutMs, everyMs: 100 })) return;
  throw new Error(
    `HAProxy does not give the canary ${share} % within ${timeoutMs / 1000} s: ${edge.statsUrl}`,
  );
}
