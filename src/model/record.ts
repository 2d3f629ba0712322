import { z } from "zod";
import { type LiveRelease, type Release, sameRelease } from "./lifecycle.ts";
import type { Shares } from "./traffic.ts";

/** What is live, as the cluster keeps it: written last by every stage, read before the first resource. */
export interface ReleaseRecord extends LiveRelease {
  /** Percent of the traffic, as the stage asks for it. */
  readonly intended: Shares;
  /** Percent of the traffic that the canary gets by its pods and weights. */
  readonly effectiveCanary: number;
  /** Why the lifecycle was overridden for this move; empty when it was not. */
  readonly override: string;
}

const recordData = z.object({
  stage: z.string().min(1),
  previous: z.string().min(1),
  canary: z.string().min(1),
  trafficPrevious: z.coerce.number(),
  trafficCanary: z.coerce.number(),
  effectiveCanary: z.coerce.number(),
  reached: z.string(),
  liveVersion: z.string().min(1),
  override: z.string(),
});

export type RecordData = Record<keyof z.infer<typeof recordData>, string>;

/** The record that a stage leaves behind. */
export function recordAfter(
  move: { stage: string; release: Release; intended: Shares; effectiveCanary: number; override: string },
  live: ReleaseRecord | undefined,
): ReleaseRecord {
  const before = live && sameRelease(live.release, move.release) ? live.reached : [];
  return {
    ...move,
    reached: before.includes(move.stage) ? before : [...before, move.stage],
    liveVersion: move.intended.canary === 100 ? move.release.canary : move.release.previous,
  };
}

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
  } = parsed.data;
  return {
    stage,
    release: { previous, canary },
    intended: { previous: trafficPrevious, canary: trafficCanary },
    effectiveCanary,
    reached: reached.split(" ").filter(Boolean),
    liveVersion,
    override,
  };
}
