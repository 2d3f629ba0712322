import { growingTrack } from "../application/live.ts";
import { hookWords } from "../config/app/hooks.ts";
import { versionOf } from "../config/app/versions.ts";
import type { Change } from "../engine/changes.ts";
import { podsFirst } from "../model/autoscaling.ts";
import { imageOf, wantedReplicas } from "../model/deployment.ts";
import { type HookName, hooksAt } from "../model/hooks.ts";
import { TRACKS, type TrackName } from "../model/names.ts";
import type { Autoscaling, TrackPlan } from "../model/plan.ts";
import type { PerTrack } from "../model/traffic.ts";
import type { Pods, ShareRange, TrackMove } from "../model/transition.ts";
import { versionOfPod } from "../model/version.ts";
import type { PlannedMove } from "./move.ts";

/** A value before and after a move; `from` is undefined where there was nothing. */
export interface FromTo<T> {
  readonly from: T | undefined;
  readonly to: T;
}

/** What a move does to a track. */
export interface TrackSummary {
  readonly deployment: string;
  readonly version: FromTo<string>;
  /** With `autoscaling`: what it has before it gets its share. */
  readonly replicas: FromTo<number>;
  /** What changes the number of its pods afterwards; undefined where that is fixed. */
  readonly autoscaling: Autoscaling | undefined;
  /** Of each pod. */
  readonly weight: FromTo<number>;
  /** Percent of the traffic, as asked for. */
  readonly intended: FromTo<number>;
  /** Percent of the traffic, by pods and weights. */
  readonly effective: FromTo<number>;
  readonly restarts: boolean;
}

/** A move in numbers. */
export interface MoveSummary {
  readonly tracks: PerTrack<TrackSummary>;
  /** The canary's share while the move goes on; undefined where nothing runs yet. */
  readonly during: ShareRange | undefined;
}

/** Compares a planned stage with what is live; needs no engine. */
export function summarize(planned: PlannedMove): MoveSummary {
  const tracks = { previous: summarizeTrack("previous", planned), canary: summarizeTrack("canary", planned) };
  const { live, plan, router } = planned;
  const runs = TRACKS.every((track) => live.deployments[track] !== undefined);
  const growing = growingTrack(router.live.canaryShareNow(live), plan.tracks.canary.effectiveShare);
  const moves = { previous: transition(tracks.previous), canary: transition(tracks.canary) };
  return { tracks, during: runs ? router.live.shareDuringMove({ live, plan, moves, growing }) : undefined };
}

/** Changes of the object as a whole, and of its pods' template, make its pods anew. */
export function podsThatRestart(changes: readonly Change[]): string[] {
  const restarting = changes.filter(
    ({ object, path }) => object.startsWith("Deployment ") && /^spec\.template\b/.test(path),
  );
  return [...new Set(restarting.map(({ object }) => object.replace("Deployment ", "")))];
}

/** A hook that a move runs, and what it runs. */
export interface HookSummary {
  readonly hook: HookName;
  /** `migrate` */
  readonly words: string;
}

/**
 * Hooks that a move runs. The record's changes tell: it has the Job of each that has run in a release, so it changes where
 * one will; the first record of all has everything to come.
 */
export function hooksThatRun({
  stage,
  move,
  config,
  live,
  changes,
}: PlannedMove & { readonly changes: readonly Change[] }): HookSummary[] {
  const { app } = versionOf(config, config.release.canary);
  return hooksAt({ ...config, move, stage }).flatMap((hook) => {
    const asked = app.hooks[hook];
    const key = hook === "before" ? "data.hookBefore" : "data.hookAfter";
    const runs = !live.record || changes.some(({ path, to }) => path === key && to !== undefined);
    return asked && runs ? [{ hook, words: hookWords(asked) }] : [];
  });
}

function summarizeTrack(track: TrackName, { plan, live, router }: PlannedMove): TrackSummary {
  const { podWeight } = router.live;
  const planned: TrackPlan = plan.tracks[track];
  const found = live.deployments[track];
  const weightNow = found && podWeight(found.spec.template.metadata ?? {});
  const image = found && imageOf(found);
  const versionNow = image && versionOfPod(found.spec.template.metadata ?? {}, image);
  const record = live.record;
  const first = podsFirst(track, plan, { ...live, canaryShareNow: router.live.canaryShareNow(live) });
  const part = (canary: number): number => (track === "canary" ? canary : 100 - canary);
  return {
    deployment: planned.name,
    version: { from: versionNow, to: planned.version },
    replicas: { from: found && wantedReplicas(found), to: first?.pods ?? planned.replicas },
    autoscaling: planned.autoscaling,
    weight: { from: weightNow, to: podWeight(planned) },
    intended: { from: record && part(record.intended.canary), to: part(plan.intended.canary) },
    effective: { from: record && part(record.effectiveCanary), to: part(plan.effectiveCanary) },
    restarts: found !== undefined && (versionNow !== planned.version || weightNow !== podWeight(planned)),
  };
}

function transition({ replicas, weight, restarts }: TrackSummary): TrackMove {
  const from: Pods = { replicas: replicas.from ?? 0, weight: weight.from ?? 0 };
  return { from, to: { replicas: replicas.to, weight: weight.to }, restarts };
}
