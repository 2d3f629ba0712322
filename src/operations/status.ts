import { applicationIn } from "../application/application.ts";
import type { LiveTrack } from "../application/tracks.ts";
import type { KubernetesApi } from "../cluster/api.ts";
import type { StackSummary } from "../engine/pulumi.ts";
import type { Deviation } from "../model/conformance.ts";
import { contradictions } from "../model/contradictions.ts";
import type { HistoryEntry } from "../model/history.ts";
import { type Release, sameRelease, stageAfter } from "../model/lifecycle.ts";
import type { Holder } from "../model/lock.ts";
import type { ReleaseRecord } from "../model/record.ts";
import type { PerTrack } from "../model/traffic.ts";
import { type Verdict, verdictOn } from "../model/verdict.ts";
import type { EvaluatedStage } from "../project/evaluate.ts";
import type { Project } from "../project/project.ts";
import { appliedShare, servedShare } from "../routers/live.ts";
import type { FourShares } from "../verification/verification.ts";
import { type Conformance, readConformance } from "./conformance.ts";

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
  /** Whether the foundation was applied: a release needs it. */
  readonly founded: boolean;
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
  /** Where the release record contradicts itself or what runs. */
  readonly contradictions: readonly string[];
  /** What the gate last found at this stage; undefined where it was not judged since it went live. */
  readonly verdict: Verdict | undefined;
  /** The stage that an unfinished move was going to. */
  readonly unfinishedMoveTo: string | undefined;
  /** The stage that a promotion would go to; undefined at the end of the release. */
  readonly next: string | undefined;
}

/** @param stats where the edge's statistics are; without it where the configuration says, if it does */
export const readStatus = (
  project: Project,
  api: KubernetesApi | undefined,
  summaries: Promise<readonly StackSummary[]>,
  stats: string | undefined,
): Promise<Status> => statusWith({ project, api, summaries, applied: (stage) => appliedShare(stage, stats) });

/** What a status is made of. */
export interface StatusSources {
  readonly project: Project;
  /** Undefined before the foundation was applied. */
  readonly api: KubernetesApi | undefined;
  readonly summaries: Promise<readonly StackSummary[]>;
  /** The canary's share in the edge, while a stage is live; undefined where nobody knows. */
  readonly applied: (stage: EvaluatedStage) => Promise<number | undefined>;
}

/** The status, with the edge's share from wherever it is known. */
export async function statusWith({
  project,
  api,
  summaries,
  applied: appliedTo,
}: StatusSources): Promise<Status> {
  const { app, namespace, release } = project.config;
  const application = api && applicationIn(api, project.config);
  const nothing = [undefined, [], undefined] as const;
  const [[now, moves, lock], stacks] = await Promise.all([
    application
      ? Promise.all([
          readConformance(project, application.api),
          application.history(),
          application.lockHolder(),
        ])
      : nothing,
    summaries,
  ]);
  const applied = now && (await appliedTo(now.stage));
  return {
    app: app.name,
    namespace,
    release,
    founded: api !== undefined,
    live: now && liveStatus(now, moves, project, applied),
    stages: stagesToShow(now, project).map((name) => ({
      name,
      condition: conditionOf(name, stacks, now, release),
    })),
    lock,
  };
}

/** The lifecycle, and the abort stage where that is live. */
function stagesToShow(
  now: Conformance | undefined,
  { config: { lifecycle, abort } }: Project,
): readonly string[] {
  return now?.record.stage === abort ? [abort, ...lifecycle] : lifecycle;
}

function liveStatus(
  { record, tracks, traffic, deviations, unfinishedMoveTo }: Conformance,
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
      effective: servedShare({ tracks, traffic }, record) ?? null,
      applied: applied ?? null,
      measured: isOurs ? done.measured : null,
    },
    tracks,
    deviations,
    contradictions: contradictions(
      record,
      { previous: tracks.previous.found, canary: tracks.canary.found },
      config,
    ),
    verdict: verdictOn(record, moves),
    unfinishedMoveTo,
    next: isNewRelease ? config.lifecycle[0] : stageAfter(record.stage, config.lifecycle),
  };
}

function conditionOf(
  name: string,
  stacks: readonly StackSummary[],
  now: Conformance | undefined,
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
