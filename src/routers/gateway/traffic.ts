import type { LiveTrack } from "../../application/tracks.ts";
import { TRACKS } from "../../model/names.ts";
import { servingShare } from "../../model/pods.ts";
import type { LiveTraffic } from "../live-share.ts";
import { type Route, shareIn, splits, weightIn } from "./live-route.ts";

/**
 * What the route says about traffic now.
 * @param route undefined where there is none yet
 */
export function trafficOf(app: string, route: Route | undefined): LiveTraffic {
  return {
    canaryShare: splits(route, app) ? shareIn(route, app, "canary") : undefined,
    servedShare: (tracks, { release }) => {
      const draws = TRACKS.map((track) => drawOf(tracks[track], release.canary, weightIn(route, app, track)));
      const all = draws.reduce((sum, { weight }) => sum + weight, 0);
      return all === 0 ? undefined : (100 * draws.reduce((sum, { canary }) => sum + canary, 0)) / all;
    },
    deviations: ({ tracks }) =>
      TRACKS.map((track) => ({
        object: `HTTPRoute ${app}`,
        path: `weight of ${tracks[track].name}`,
        planned: tracks[track].effectiveShare,
        live: weightIn(route, app, track),
      })).filter(({ planned, live }) => planned !== live),
  };
}

/**
 * What a track draws, and how much of it by pods of the canary version: while the next release begins, those of the
 * canary's Deployment are still of the version before.
 */
function drawOf({ replicaSets }: LiveTrack, version: string, weight = 0): { weight: number; canary: number } {
  const share = servingShare(replicaSets, version);
  return share === undefined ? { weight: 0, canary: 0 } : { weight, canary: (weight * share) / 100 };
}
