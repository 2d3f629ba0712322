import type { Live } from "../application/live.ts";
import type { LiveTrack } from "../application/tracks.ts";
import { TRACKS } from "../model/names.ts";
import { servingShare, type WeightOf } from "../model/pods.ts";
import type { PerTrack } from "../model/traffic.ts";
import { shareDuringMove } from "../model/transition.ts";
import type { LiveRelease, LiveShare, LiveTraffic } from "./live-share.ts";

/** The live share of a router under which each pod draws traffic by itself, the more the greater its weight. */
export function shareByPods(podWeight: WeightOf): LiveShare {
  return {
    podWeight,
    canaryShareNow: (live) => canaryShareNow(live, podWeight),
    shareDuringMove: ({ moves, growing }) => shareDuringMove(moves, growing),
  };
}

/** What such a router's own objects say: nothing, the pods say it all. */
export const trafficByPods: LiveTraffic = { servedShare: servedByPods, deviations: () => [] };

/** By the Deployments: 3 pods of weight 75 and one of weight 25 give the canary's Deployment 10 %. */
function canaryShareNow({ deployments }: Live, podWeight: WeightOf): number | undefined {
  const [previous = 0, canary = 0] = TRACKS.map((track) => {
    const spec = deployments[track]?.spec;
    return spec ? (spec.replicas ?? 1) * podWeight(spec.template.metadata ?? {}) : 0;
  });
  return previous + canary === 0 ? undefined : (100 * canary) / (previous + canary);
}

function servedByPods(
  { previous, canary }: PerTrack<LiveTrack>,
  { release, intended }: LiveRelease,
): number | undefined {
  const share = servingShare([...previous.replicaSets, ...canary.replicaSets], release.canary);
  // A canary that waits for its first share has pods that are ready, and no Service leads to them.
  return share !== undefined && intended.canary === 0 ? 0 : share;
}
