import type { TrackName } from "./names.ts";
import { type PerTrack, percent } from "./traffic.ts";

/** Pods of one Deployment, all alike. */
export interface Pods {
  readonly replicas: number;
  /** How much traffic each draws, against the others. */
  readonly weight: number;
}

/** A track before and after a move. */
export interface TrackMove {
  readonly from: Pods;
  readonly to: Pods;
  /** Whether its pods are made anew: any change of the pod template does that, a weight too. */
  readonly restarts: boolean;
}

/** The least and the greatest percent of the traffic that a track gets while a move goes on. */
export interface ShareRange {
  readonly lowest: number;
  readonly highest: number;
}

/** `maxSurge` of the Deployments: how many pods a rolling update may have beyond the wanted ones. */
export const MAX_SURGE = "25%";

/** Kubernetes rounds it up (documentation, "Max Surge"), so that up to four pods are made anew one by one. */
export const surgeOf = (replicas: number): number =>
  Math.ceil(replicas * (Number.parseFloat(MAX_SURGE) / 100));

/**
 * The range of the canary track's share during a move: the growing track rolls first, the other one after it. While a
 * Deployment rolls, old and new pods take traffic side by side, so every mix that `maxUnavailable: 0` and `maxSurge`
 * allow is looked at (Kubernetes documentation, "Rolling Update Deployment"). Old pods may become as many as are
 * wanted: a change of the count and of the template at once gives the old ones the new count first.
 */
export function shareDuringMove(tracks: PerTrack<TrackMove>, growing: TrackName): ShareRange {
  const other: TrackName = growing === "canary" ? "previous" : "canary";
  const steady = (pods: Pods): number => pods.replicas * pods.weight;
  const during = (track: TrackName): number[] => drawsOf(tracks[track]);
  const states: PerTrack<number>[] = [
    ...during(growing).map((draw) => both(growing, draw, steady(tracks[other].from))),
    ...during(other).map((draw) => both(other, draw, steady(tracks[growing].to))),
  ];
  const shares = states
    .filter(({ previous, canary }) => previous + canary > 0)
    .map(({ previous, canary }) => (100 * canary) / (previous + canary));
  return { lowest: Math.min(...shares), highest: Math.max(...shares) };
}

const both = (track: TrackName, draw: number, other: number): PerTrack<number> =>
  track === "canary" ? { canary: draw, previous: other } : { canary: other, previous: draw };

/** What a track can draw at any moment of its own rollout, its beginning and its end among them. */
function drawsOf({ from, to, restarts }: TrackMove): number[] {
  if (!restarts) return [from.replicas * from.weight, to.replicas * to.weight];
  const fewest = Math.min(from.replicas, to.replicas);
  const most = Math.max(from.replicas, to.replicas + surgeOf(to.replicas));
  const mostBefore = from.replicas > 0 ? Math.max(from.replicas, to.replicas) : 0;
  const draws: number[] = [];
  for (let before = 0; before <= mostBefore; before++) {
    for (let after = 0; after <= to.replicas; after++) {
      const isPossible = before + after >= fewest && before + after <= most;
      if (isPossible) draws.push(before * from.weight + after * to.weight);
    }
  }
  return draws;
}

/** A range as it is printed. */
export const rangeText = ({ lowest, highest }: ShareRange): string =>
  `${percent(lowest)} to ${percent(highest)}`;
