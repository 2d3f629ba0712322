import { readHistory } from "../application/history.ts";
import { lockHolder } from "../application/lock.ts";
import { effectiveNow, type LiveTrack } from "../application/tracks.ts";
import type { KubernetesApi } from "../cluster/api.ts";
import type { Deviation } from "../model/conformance.ts";
import type { HistoryEntry } from "../model/history.ts";
import { type Release, sameRelease, stageAfter } from "../model/lifecycle.ts";
import type { Holder } from "../model/lock.ts";
import { appNames } from "../model/names.ts";
import type { ReleaseRecord } from "../model/record.ts";
import type { PerTrack } from "../model/traffic.ts";
import type { Project } from "../project/project.ts";
import { appliedCanaryShare } from "../routers/voyager/applied-share.ts";
import type { FourShares } from "../verification/verification.ts";
import { type Standing, standing } from "./unfinished.ts";

/** A stack as the backend lists it. */
export interface StackSummary {
  readonly name: string;
  readonly resources: number;
}

/**
 * How a stage stack is: `live` and all there; live, but the cluster `drifted` from it; `applied` for this release and
 * left since; `behind` its files, or applied for another release; or `never applied`.
 */
export type StageCondition = "live" | "drifted" | "applied" | "behind" | "never applied";

/** What is live, at a glance. */
export interface Status {
  readonly app: string;
  readonly namespace: string;
  /** The release that Pulumi.yaml names. */
  readonly release: Release;
  /** Undefined when nothing was released yet. */
  readonly live: LiveStatus | undefined;
  readonly stages: readonly { readonly name: string; readonly condition: StageCondition }[];
  readonly lock: Holder | undefined;
}

export interface LiveStatus {
  readonly record: ReleaseRecord;
  /** The move that brought it about, where `canary` made it. */
  readonly move: HistoryEntry | undefined;
  readonly shares: FourShares;
  readonly tracks: PerTrack<LiveTrack>;
  readonly deviations: readonly Deviation[];
  /** The stage that a move which did not end was going to. */
  readonly towards: string | undefined;
  /** The stage that a promotion would go to; undefined at the end of the release. */
  readonly next: string | undefined;
}

/** @param stats address of HAProxy's statistics as CSV; without it they are not asked */
export async function readStatus(
  project: Project,
  api: KubernetesApi | undefined,
  summaries: Promise<readonly StackSummary[]>,
  stats: string | undefined,
): Promise<Status> {
  const { app, namespace, release, lifecycle } = project.config;
  const names = appNames(app.name, namespace);
  const nothing = [undefined, [], undefined] as const;
  const [[now, moves, lock], stacks] = await Promise.all([
    api
      ? Promise.all([
          standing({ project }, api),
          readHistory(api, namespace, names.history),
          lockHolder(api, { namespace, name: names.lock }),
        ])
      : nothing,
    summaries,
  ]);
  const applied = now && stats !== undefined ? await appliedCanaryShare(stats, now.stage.plan) : undefined;
  return {
    app: app.name,
    namespace,
    release,
    live: now && liveStatus(now, moves, project, applied),
    stages: lifecycle.map((name) => ({ name, condition: conditionOf(name, stacks, now, release) })),
    lock,
  };
}

function liveStatus(
  { record, tracks, stage, deviations, towards }: Standing,
  moves: readonly HistoryEntry[],
  { config }: Project,
  applied: number | undefined,
): LiveStatus {
  const done = moves.find(({ result }) => result === "done" || result === "does not fit");
  const isOurs = done?.stage === record.stage && sameRelease(done.release, record.release);
  const isNewRelease = !sameRelease(record.release, config.release);
  return {
    record,
    move: isOurs ? done : undefined,
    shares: {
      intended: record.intended.canary,
      effective: effectiveNow(tracks, record, stage.config.app.image) ?? null,
      applied: applied ?? null,
      measured: isOurs ? done.measured : null,
    },
    tracks,
    deviations,
    towards,
    next: isNewRelease ? config.lifecycle[0] : stageAfter(record.stage, config.lifecycle),
  };
}

function conditionOf(
  name: string,
  stacks: readonly StackSummary[],
  now: Standing | undefined,
  release: Release,
): StageCondition {
  const isApplied = stacks.some((stack) => stack.name === name && stack.resources > 0);
  if (!isApplied || !now) return "never applied";
  const { record, stage, deviations } = now;
  if (name !== record.stage) {
    return sameRelease(record.release, release) && record.reached.includes(name) ? "applied" : "behind";
  }
  if (stage.plan.intended.canary !== record.intended.canary) return "behind";
  return deviations.length === 0 ? "live" : "drifted";
}
