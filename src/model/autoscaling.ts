import { type Deployment, wantedReplicas } from "./deployment.ts";
import type { TrackName } from "./names.ts";
import type { Autoscaling, StagePlan } from "./plan.ts";
import type { PerTrack } from "./traffic.ts";

/** A HorizontalPodAutoscaler as the API server gives it, as far as anybody here reads it (Kubernetes API reference, autoscaling/v2). */
export interface Autoscaler {
  readonly spec: {
    /** 1 where it is not said. */
    readonly minReplicas?: number;
    readonly maxReplicas: number;
    readonly metrics?: readonly {
      readonly resource?: { readonly target?: { readonly averageUtilization?: number } };
    }[];
  };
  readonly status?: {
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason?: string;
      readonly message?: string;
    }[];
  };
}

/** Why an autoscaler changes nothing now, `FailedGetResourceMetric: …`; undefined while it does its work. */
export function autoscalerProblem({ status }: Autoscaler): string | undefined {
  const inactive = status?.conditions?.find(
    ({ type, status: is }) => type === "ScalingActive" && is === "False",
  );
  return inactive && `${inactive.reason}: ${inactive.message}`;
}

/** What a track carries now. */
export interface Carried {
  readonly pods: number;
  /** Percent of the traffic. */
  readonly share: number;
}

/**
 * How many pods a track needs for a share, by what the pods carry now. 8 pods at 75 % and one at 25 %: the one carries as
 * much as 2.3 of the others, so the canary is known to do with one for each 25 %, and gets 3 for 75 %.
 *
 * The canary goes by its own pods where it has a share: its version may need more than the other one. The previous version
 * goes by whichever track has fewer pods for a percent: its own count may be from before it lost its share, and a way back
 * waits for no pod that nobody needs.
 * @returns a whole number; 0 where no pod carries anything
 */
export function podsForShare(track: TrackName, share: number, now: PerTrack<Carried>): number {
  const perPercent = ({ pods, share: carried }: Carried): number | undefined =>
    pods > 0 && carried > 0 ? pods / carried : undefined;
  const [previous, canary] = [perPercent(now.previous), perPercent(now.canary)];
  const known = track === "canary" ? (canary ?? previous) : fewer(previous, canary);
  return Math.ceil(Number((share * (known ?? 0)).toFixed(6)));
}

const fewer = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);

/** What is live before a move, as far as it says what pods carry. */
export interface LiveCounts {
  readonly deployments: PerTrack<Deployment | undefined>;
  /** Percent of the traffic; undefined where nothing takes any. */
  readonly canaryShareNow: number | undefined;
}

/** What a move asks of an autoscaled track, before the track gets its share. */
export interface PodsFirst {
  /** What the share needs, by what carries it now. */
  readonly needed: number;
  /** Pods that it is brought to: what it has at least, within what its autoscaler may make. */
  readonly pods: number;
}

/** How many pods an autoscaled track has before a stage gives it its share; undefined where their number is fixed. */
export function podsFirst(
  track: TrackName,
  { tracks }: StagePlan,
  { deployments, canaryShareNow }: LiveCounts,
): PodsFirst | undefined {
  const { autoscaling, effectiveShare } = tracks[track];
  if (!autoscaling) return undefined;
  const podsOf = (each: TrackName): number => {
    const found = deployments[each];
    return found ? wantedReplicas(found) : 0;
  };
  const now = {
    previous: { pods: podsOf("previous"), share: 100 - (canaryShareNow ?? 100) },
    canary: { pods: podsOf("canary"), share: canaryShareNow ?? 0 },
  };
  const needed = effectiveShare > now[track].share ? podsForShare(track, effectiveShare, now) : 0;
  const { min, max } = autoscaling;
  return { needed, pods: Math.min(max, Math.max(min, needed, now[track].pods)) };
}

/** `2 to 10`, as it stands beside counts of pods. */
export const autoscalingText = ({ min, max }: Autoscaling): string => `${min} to ${max}`;
