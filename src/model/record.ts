import { z } from "zod";
import type { HooksDone } from "./hooks.ts";
import { type LiveRelease, type Release, releaseText, sameRelease } from "./lifecycle.ts";
import type { PerTrack, Shares } from "./traffic.ts";
import { canonicalJson, type RecordedVersion, recordedVersion } from "./version.ts";

/** What is live, as the cluster keeps it: written last by every stage, read before the first resource. */
export interface ReleaseRecord extends LiveRelease {
  /** Percent of the traffic, as the stage asks for it. */
  readonly intended: Shares;
  /** Percent of the traffic that the canary gets by its pods and weights. */
  readonly effectiveCanary: number;
  /** Why the lifecycle was overridden for this move; empty when it was not. */
  readonly override: string;
  /** Set where the stage took the canary out of this release by `canary abort`. */
  readonly aborted?: Abort | undefined;
  /** What each version was made from; undefined in a record that was written before this was kept. */
  readonly versions?: PerTrack<RecordedVersion> | undefined;
  /** ConfigMaps and Secrets of versions that there may be, as `ConfigMap/httpd-new-0123456789`. */
  readonly objects?: readonly string[] | undefined;
  /** Undefined where the release has run none. */
  readonly hooks?: HooksDone | undefined;
  /** Who wrote it, as they call themselves: `alice@laptop`. Undefined in a record from before this was kept. */
  readonly writtenBy?: string | undefined;
}

/** Who took a canary out, and why. */
export interface Abort {
  /** `alice@laptop`; empty where nobody said. */
  readonly by: string;
  /** Empty where nobody said. */
  readonly reason: string;
}

/** Percent as `toData` writes it: what is read has to be what would be written. */
const percentText = z
  .string()
  .regex(/^\d{1,3}(\.\d{1,2})?$/)
  .transform(Number)
  .refine((percent) => percent <= 100);

const recordData = z.object({
  stage: z.string().min(1),
  previous: z.string().min(1),
  canary: z.string().min(1),
  trafficPrevious: percentText,
  trafficCanary: percentText,
  effectiveCanary: percentText,
  reached: z.string(),
  liveVersion: z.string().min(1),
  override: z.string(),
  abortedBy: z.string().optional(),
  abortReason: z.string().optional(),
  versions: z.string().optional(),
  objects: z.string().optional(),
  hookBefore: z.string().optional(),
  hookAfter: z.string().optional(),
  writtenBy: z.string().optional(),
});

type Data = z.infer<typeof recordData>;

/** A record as the data of a ConfigMap: texts alone. */
export type RecordData = {
  readonly [Key in keyof Data as Data[Key] extends string | number ? Key : never]: string;
} & {
  readonly abortedBy?: string;
  readonly abortReason?: string;
  readonly versions?: string;
  readonly objects?: string;
  readonly hookBefore?: string;
  readonly hookAfter?: string;
  readonly writtenBy?: string;
};

/** A stage that is applied, as far as the record tells of it. */
export interface AppliedStage {
  readonly stage: string;
  readonly release: Release;
  readonly intended: Shares;
  readonly effectiveCanary: number;
  readonly override: string;
  readonly aborted?: Abort | undefined;
  readonly versions?: PerTrack<RecordedVersion> | undefined;
  readonly objects?: readonly string[] | undefined;
  readonly hooks?: HooksDone | undefined;
  /** Who applies it. */
  readonly writtenBy?: string | undefined;
}

/**
 * The record that a stage leaves behind. One that says what was said before keeps its writer: whoever applies a stage again
 * changes nothing. After an abort the release begins anew: it has reached no stage. So it does with a
 * canary that is made from something else than before, under the same name.
 */
export function recordAfter(move: AppliedStage, live: ReleaseRecord | undefined): ReleaseRecord {
  const isSame =
    live &&
    sameRelease(live.release, move.release) &&
    sameVersion(live.versions?.canary, move.versions?.canary);
  const before = isSame ? live.reached : [];
  const reached = before.includes(move.stage) ? before : [...before, move.stage];
  const after = {
    ...move,
    reached: move.aborted ? [] : reached,
    liveVersion: servingAfter(move.intended, move.release),
  };
  const asBefore = { ...after, writtenBy: live?.writtenBy };
  return isSameRecord(asBefore, live) ? asBefore : after;
}

/** The version that a new release has to continue: the canary once it has all the traffic. */
export const servingAfter = (intended: Shares, release: Release): string =>
  intended.canary === 100 ? release.canary : release.previous;

/** Whether two records say the same; undefined where there is none. */
export const isSameRecord = (a: ReleaseRecord | undefined, b: ReleaseRecord | undefined): boolean =>
  canonicalJson(a ? toData(a) : null) === canonicalJson(b ? toData(b) : null);

/** Whether a version is the same; one that nobody recorded is taken for it. */
const sameVersion = (a: RecordedVersion | undefined, b: RecordedVersion | undefined): boolean =>
  !a || !b || canonicalJson(a) === canonicalJson(b);

/** A record as it is named in a sentence. */
export const recordText = (record: ReleaseRecord | undefined): string =>
  record
    ? `${record.stage} with ${releaseText(record.release)}${record.writtenBy ? `, written by ${record.writtenBy}` : ""}`
    : "nothing";

/** The record as the data of a ConfigMap. */
export function toData(record: ReleaseRecord): RecordData {
  return {
    stage: record.stage,
    previous: record.release.previous,
    canary: record.release.canary,
    trafficPrevious: String(record.intended.previous),
    trafficCanary: String(record.intended.canary),
    effectiveCanary: String(Number(record.effectiveCanary.toFixed(2))),
    reached: record.reached.join(" "),
    liveVersion: record.liveVersion,
    override: record.override,
    ...(record.aborted && { abortedBy: record.aborted.by, abortReason: record.aborted.reason }),
    ...(record.versions && { versions: canonicalJson(record.versions) }),
    ...(record.objects && { objects: record.objects.join(" ") }),
    ...(record.hooks?.before !== undefined && { hookBefore: record.hooks.before }),
    ...(record.hooks?.after !== undefined && { hookAfter: record.hooks.after }),
    ...(record.writtenBy !== undefined && { writtenBy: record.writtenBy }),
  };
}

/** The record in a ConfigMap's data; undefined when the data is no record. */
export function fromData(data: unknown): ReleaseRecord | undefined {
  const parsed = recordData.safeParse(data);
  if (!parsed.success) return undefined;
  const {
    stage,
    previous,
    canary,
    trafficPrevious,
    trafficCanary,
    effectiveCanary,
    reached,
    liveVersion,
    override,
    abortedBy,
    abortReason = "",
    versions,
    objects,
    hookBefore: before,
    hookAfter: after,
    writtenBy,
  } = parsed.data;
  const recorded = versions === undefined ? undefined : versionsFrom(versions);
  return {
    stage,
    release: { previous, canary },
    intended: { previous: trafficPrevious, canary: trafficCanary },
    effectiveCanary,
    reached: reached.split(" ").filter(Boolean),
    liveVersion,
    override,
    ...(abortedBy !== undefined && { aborted: { by: abortedBy, reason: abortReason } }),
    ...(recorded && { versions: recorded }),
    ...(objects !== undefined && { objects: objects.split(" ").filter(Boolean) }),
    ...((before ?? after) !== undefined && {
      hooks: { ...(before !== undefined && { before }), ...(after !== undefined && { after }) },
    }),
    ...(writtenBy !== undefined && { writtenBy }),
  };
}

/** Undefined for what is not understood, as in a record of a later program. */
function versionsFrom(text: string): PerTrack<RecordedVersion> | undefined {
  try {
    return z.object({ previous: recordedVersion, canary: recordedVersion }).parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
