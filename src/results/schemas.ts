import { z } from "zod";
import { historyEntry } from "../model/history.ts";
import { CHECK_IDS } from "../platforms/check.ts";
import { PLATFORM_NAMES } from "../platforms/expected.ts";

/** What `--json` prints, command by command. Shares are percent; times RFC 3339. */

const release = z.strictObject({ previous: z.string(), canary: z.string() });

/** The canary's share: asked for, by pods and weights, in the edge, by requests. Null where it was not asked. */
const fourShares = z.strictObject({
  intended: z.number(),
  effective: z.number().nullable(),
  applied: z.number().nullable(),
  measured: z.number().nullable(),
});

const perTrack = <T extends z.ZodType>(value: T) => z.strictObject({ previous: value, canary: value });

const change = z.strictObject({
  object: z.string(),
  operation: z.enum(["create", "update", "replace", "delete", "forget"]),
  path: z.string(),
  from: z.unknown(),
  to: z.unknown(),
});

/** An object to be created that somebody else made before, and what would be changed in it. */
const takenOver = z.strictObject({
  object: z.string(),
  managers: z.array(z.string()),
  differences: z.array(z.strictObject({ path: z.string(), from: z.unknown(), to: z.unknown() })),
});

const counts = z.strictObject({ requests: z.number(), failed: z.number() });

const pod = z.strictObject({
  name: z.string(),
  image: z.string(),
  version: z.string(),
  serving: z.boolean(),
  state: z.string(),
  reason: z.string().optional(),
  restarts: z.number(),
  lastRestart: z.iso.datetime().optional(),
  ageSeconds: z.number(),
  weight: z.number(),
});

const track = z.strictObject({
  deployment: z.string(),
  rollout: z.string(),
  replicas: z.number(),
  replicaSets: z.array(z.strictObject({ name: z.string(), revision: z.string(), pods: z.array(pod) })),
});

const holder = z.strictObject({
  name: z.string(),
  since: z.iso.datetime(),
  until: z.iso.datetime(),
  purpose: z.string(),
});

export const statusSchema = z.strictObject({
  app: z.string(),
  namespace: z.string(),
  release,
  /** Whether the foundation was applied. */
  founded: z.boolean(),
  live: z
    .strictObject({
      stage: z.string(),
      release,
      reached: z.array(z.string()),
      liveVersion: z.string(),
      override: z.string(),
      /** Who wrote the release record; null in one from before this was kept. */
      writtenBy: z.string().nullable(),
      /** Who took the canary out, and why: texts that may be empty. Null unless the abort stage is live. */
      aborted: z.strictObject({ by: z.string(), reason: z.string() }).nullable(),
      move: historyEntry.nullable(),
      shares: perTrack(fourShares),
      tracks: perTrack(track),
      /** Where the release record contradicts itself or what runs: ends of a sentence. */
      contradictions: z.array(z.string()),
      deviations: z.array(
        z.strictObject({ object: z.string(), path: z.string(), planned: z.unknown(), live: z.unknown() }),
      ),
      /** What the gate found at this stage; null where it was not judged since it went live. */
      verdict: historyEntry.shape.verdict.unwrap().nullable(),
      unfinishedMoveTo: z.string().nullable(),
      next: z.string().nullable(),
    })
    .nullable(),
  stages: z.array(
    z.strictObject({
      name: z.string(),
      condition: z.enum(["live", "drifted", "applied", "behind", "never applied"]),
    }),
  ),
  lock: holder.nullable(),
});

const fromTo = <T extends z.ZodType>(value: T) => z.strictObject({ from: value.nullable(), to: value });

/** What a version is made from, against another one. The values of secrets and files are null. */
const settings = z.array(
  z.strictObject({
    path: z.string(),
    change: z.enum(["same", "changed", "added", "removed"]),
    from: z.unknown(),
    to: z.unknown(),
  }),
);

export const previewSchema = z.strictObject({
  stage: z.string(),
  release,
  move: z.string(),
  tracks: perTrack(
    z.strictObject({
      deployment: z.string(),
      version: fromTo(z.string()),
      replicas: fromTo(z.number()),
      /** What changes that number afterwards; null where it is fixed. */
      autoscaling: z.strictObject({ min: z.number(), max: z.number(), cpu: z.number() }).nullable(),
      weight: fromTo(z.number()),
      intended: fromTo(z.number()),
      effective: fromTo(z.number()),
    }),
  ),
  /** What the canary is made from, against the previous version. */
  settings,
  /** What changes in versions that are live, under `lifecycleOverride`; a stage is refused otherwise. */
  liveChanges: z.array(z.strictObject({ version: z.string(), changes: settings })),
  /** Where the release record contradicts itself or what runs: ends of a sentence. */
  contradictions: z.array(z.string()),
  /** The canary's share while the move goes on. */
  during: z.strictObject({ lowest: z.number(), highest: z.number() }).nullable(),
  /** Those that the move runs, and what. */
  hooks: z.array(z.strictObject({ hook: z.enum(["before", "after"]), command: z.string() })),
  restarts: z.array(z.string()),
  changes: z.array(change),
  takenOver: z.array(takenOver),
});

export const foundationSchema = z.strictObject({
  stack: z.string(),
  applied: z.boolean(),
  changes: z.array(change),
});

export const verifySchema = z.strictObject({
  /** Where requests were sent, and the host that they asked for where that is not the URL's own. */
  url: z.string(),
  host: z.string().nullable(),
  stage: z.string(),
  release,
  shares: perTrack(fourShares),
  requests: z.number(),
  failed: z.number(),
  byVersion: z.record(z.string(), z.number()),
  problems: z.array(z.string()),
  fits: z.boolean(),
});

export type VerificationJson = z.infer<typeof verifySchema>;

const move = z.strictObject({
  stage: z.string(),
  release,
  move: z.string(),
  applied: z.boolean(),
  changes: z.array(change),
  verification: verifySchema.nullable(),
  timing: z.record(z.string(), z.number()),
  seconds: z.number(),
});

/** What the health gate has found so far: `canary judge --json` prints a line for each look. */
export const evidenceSchema = z.strictObject({
  decision: z.enum(["harm", "fine", "go on"]),
  sentence: z.string(),
  looks: z.number(),
  seconds: z.number(),
  canary: counts,
  previous: counts,
  eA: z.number(),
  eB: z.number(),
  eN: z.number(),
  run: z.boolean(),
  bound: z.number(),
  /** Restarts of both versions' pods since the soak began. */
  restarts: perTrack(z.strictObject({ restarts: z.number(), podSeconds: z.number() })).nullable(),
  /** What else was looked at: `requests` are what it is counted of, `failed` what is counted. */
  measures: z.array(
    z.strictObject({
      name: z.string(),
      isHarm: z.boolean(),
      /** Whether enough was seen of it. */
      isKnown: z.boolean(),
      eA: z.number(),
      eB: z.number(),
      canary: counts,
      previous: counts,
    }),
  ),
  /** Mean response times by the edge's averages, in milliseconds, and the evidence that the canary is slower than it may be. */
  responseTimes: perTrack(z.number()).extend({ evidence: z.number() }).nullable(),
  /** Requests that the command sent itself (`--probe-rate`): those that each version answered well, those that failed, and users' requests without them. */
  own: z
    .strictObject({
      sent: z.number(),
      failed: z.number(),
      failure: z.string().nullable(),
      answered: perTrack(z.number()),
      users: perTrack(counts),
    })
    .nullable(),
  /** Requests that wait for the canary now, and those that it did not take since the soak began. */
  atCanary: z.strictObject({ waiting: z.number(), redispatched: z.number() }),
  /** Why the last look could not be taken. */
  unread: z.string().nullable(),
});

/**
 * One entry for each stage; `rolledBack` is the way back where that was taken, `evidence` what the gate found at the stage
 * `judged`, and `takenOut` the move that harm led to. Nothing was applied where the stage judged is another one: it was to be left.
 */
const promotion = move.extend({
  rolledBack: move.nullable(),
  judged: z.string().nullable(),
  evidence: evidenceSchema.nullable(),
  takenOut: move.nullable(),
});

export const promoteSchema = z.array(promotion);

export type PromotionJson = z.infer<typeof promotion>;

export const rollbackSchema = move;

export type MoveJson = z.infer<typeof move>;

export const historySchema = z.array(historyEntry);

export const releaseSchema = z.strictObject({
  before: release,
  after: release,
  /** What the new version is made from, against the live one. */
  settings,
  image: z.string(),
  /** Whether the registry has the image: null where it could not be asked. */
  imageFound: z.boolean().nullable(),
  commit: z.string(),
});

export type ReleaseJson = z.infer<typeof releaseSchema>;

export const unlockSchema = z.strictObject({ broken: holder });

export const teardownSchema = z.strictObject({ destroyed: z.array(z.string()) });

/** A setting that the pipelines rest on. */
const settingCheck = z.strictObject({
  id: z.enum(CHECK_IDS),
  /** The environment, branch, group or repository that it is of. */
  about: z.string(),
  outcome: z.enum(["holds", "broken", "unreadable"]),
  /** How it is, or why it cannot be read. */
  found: z.string(),
  wanted: z.string(),
  /** Where to set it; null unless it is broken. */
  todo: z.string().nullable(),
});

export type CheckJson = z.infer<typeof settingCheck>;

export const doctorSchema = z.strictObject({
  platform: z.enum(PLATFORM_NAMES),
  api: z.string(),
  repository: z.string(),
  /** The default branch. */
  branch: z.string(),
  checks: z.array(settingCheck),
});

export type DoctorJson = z.infer<typeof doctorSchema>;
