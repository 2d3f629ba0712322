import type { z } from "zod";
import type { LiveTrack } from "../application/tracks.ts";
import type { SettingChange } from "../config/app/setting-changes.ts";
import type { Evidence } from "../judging/evidence.ts";
import type { Difference } from "../model/differences.ts";
import type { Holder } from "../model/lock.ts";
import type { FoundationOutcome } from "../operations/foundation.ts";
import type { JudgedPromotion } from "../operations/judged-promotion.ts";
import type { StagePreview } from "../operations/move.ts";
import type { MoveOutcome } from "../operations/outcome.ts";
import type { Status } from "../operations/status.ts";
import {
  type FromTo,
  hooksThatRun,
  podsThatRestart,
  summarize,
  type TrackSummary,
} from "../operations/summary.ts";
import type { FourShares, Verification } from "../verification/verification.ts";
import type {
  evidenceSchema,
  foundationSchema,
  MoveJson,
  PromotionJson,
  previewSchema,
  statusSchema,
  unlockSchema,
  VerificationJson,
} from "./schemas.ts";

/** What operations give, as `--json` prints it. */

export function statusJson({
  app,
  namespace,
  release,
  founded,
  live,
  stages,
  lock,
}: Status): z.input<typeof statusSchema> {
  return {
    app,
    namespace,
    release: { ...release },
    founded,
    live: live
      ? {
          stage: live.record.stage,
          release: { ...live.record.release },
          reached: [...live.record.reached],
          liveVersion: live.record.liveVersion,
          override: live.record.override,
          writtenBy: live.record.writtenBy ?? null,
          aborted: live.record.aborted ? { ...live.record.aborted } : null,
          move: live.move ?? null,
          shares: bothShares(live.shares),
          tracks: { previous: trackJson(live.tracks.previous), canary: trackJson(live.tracks.canary) },
          contradictions: [...live.contradictions],
          deviations: live.deviations.map((deviation) => ({ ...deviation })),
          verdict: live.verdict ?? null,
          unfinishedMoveTo: live.unfinishedMoveTo ?? null,
          next: live.next ?? null,
        }
      : null,
    stages: stages.map((stage) => ({ ...stage })),
    lock: lock ? holderJson(lock) : null,
  };
}

function trackJson({ deployment, rollout, replicas, replicaSets }: LiveTrack) {
  return {
    deployment,
    rollout: rollout.state === "complete" ? "complete" : `${rollout.state}: ${rollout.reason}`,
    replicas,
    replicaSets: replicaSets.map((set) => ({ ...set, pods: set.pods.map((pod) => ({ ...pod })) })),
  };
}

/** The canary's four numbers, and what they leave to the previous version. */
export function bothShares(canary: FourShares) {
  const rest = (share: number | null) => (share === null ? null : 100 - share);
  const { intended, effective, applied, measured } = canary;
  return {
    previous: {
      intended: 100 - intended,
      effective: rest(effective),
      applied: rest(applied),
      measured: rest(measured),
    },
    canary: { ...canary },
  };
}

/** A value that is not shown, or was not there, is null. */
export const settingJson = ({ from, to, ...change }: SettingChange) => ({
  ...change,
  from: from ?? null,
  to: to ?? null,
});

export function previewJson(preview: StagePreview): z.input<typeof previewSchema> {
  const { tracks, during } = summarize(preview);
  return {
    stage: preview.stage,
    release: { ...preview.config.release },
    move: preview.move,
    tracks: { previous: summaryJson(tracks.previous), canary: summaryJson(tracks.canary) },
    settings: preview.settings.map(settingJson),
    liveChanges: preview.liveChanges.map(({ version, changes }) => ({
      version,
      changes: changes.map(settingJson),
    })),
    contradictions: [...preview.contradictions],
    during: during ? { ...during } : null,
    hooks: hooksThatRun(preview).map(({ hook, words }) => ({ hook, command: words })),
    restarts: podsThatRestart(preview.changes),
    changes: preview.changes.map(changeJson),
    takenOver: preview.takenOver.map(({ object, managers, differences }) => ({
      object,
      managers: [...managers],
      differences: differences.map(changeJson),
    })),
  };
}

export function foundationJson({
  stack,
  applied,
  changes,
}: FoundationOutcome): z.input<typeof foundationSchema> {
  return { stack, applied, changes: changes.map(changeJson) };
}

function summaryJson(summary: TrackSummary) {
  const { deployment, version, replicas, autoscaling, weight, intended, effective } = summary;
  return {
    deployment,
    version: fromTo(version),
    replicas: fromTo(replicas),
    autoscaling: autoscaling ? { ...autoscaling } : null,
    weight: fromTo(weight),
    intended: fromTo(intended),
    effective: fromTo(effective),
  };
}

const fromTo = <T>({ from, to }: FromTo<T>) => ({ from: from ?? null, to });

/** An absent value is null, so that every key is always there: JSON would leave out one that is undefined. */
const changeJson = <T extends Difference>({ from, to, ...change }: T) => ({
  ...change,
  from: from ?? null,
  to: to ?? null,
});

export function verifyJson({
  url,
  host,
  stage,
  release,
  shares,
  measurement,
  problems,
  fits,
}: Verification): VerificationJson {
  const { requests, failed, byVersion } = measurement;
  return {
    url,
    host: host ?? null,
    stage,
    release: { ...release },
    shares: bothShares(shares),
    requests,
    failed,
    byVersion: { ...byVersion },
    problems: [...problems],
    fits,
  };
}

export function moveJson({
  changes,
  verification,
  timing,
  release,
  stage,
  move,
  applied,
  seconds,
}: MoveOutcome): MoveJson {
  return {
    stage,
    release: { ...release },
    move,
    applied,
    changes: changes.map(changeJson),
    verification: verification ? verifyJson(verification) : null,
    timing: { ...timing },
    seconds,
  };
}

export function evidenceJson(evidence: Evidence): z.input<typeof evidenceSchema> {
  const {
    canary,
    previous,
    restarts,
    measures,
    responseTimes,
    own,
    atCanary,
    unread = null,
    ...rest
  } = evidence;
  const pods = restarts ? { previous: { ...restarts.previous }, canary: { ...restarts.canary } } : null;
  const others = measures.map(({ unread: _, ...measure }) => ({
    ...measure,
    canary: { ...measure.canary },
    previous: { ...measure.previous },
  }));
  return {
    ...rest,
    canary: { ...canary },
    previous: { ...previous },
    restarts: pods,
    measures: others,
    responseTimes: responseTimes ? { ...responseTimes } : null,
    own: own
      ? { ...own, failure: own.failure ?? null, answered: { ...own.answered }, users: usersJson(own.users) }
      : null,
    atCanary: { ...atCanary },
    unread,
  };
}

const usersJson = ({ previous, canary }: NonNullable<Evidence["own"]>["users"]) => ({
  previous: { ...previous },
  canary: { ...canary },
});

export function promoteJson(outcomes: readonly JudgedPromotion[]): PromotionJson[] {
  return outcomes.map((outcome) => ({
    ...moveJson(outcome),
    rolledBack: outcome.rolledBack ? moveJson(outcome.rolledBack) : null,
    judged: outcome.judged ?? null,
    evidence: outcome.evidence ? evidenceJson(outcome.evidence) : null,
    takenOut: outcome.takenOut ? moveJson(outcome.takenOut) : null,
  }));
}

export function holderJson({ name, since, until, purpose }: Holder): z.input<typeof unlockSchema>["broken"] {
  return { name, since: since.toISOString(), until: until.toISOString(), purpose };
}
