import { setTimeout as delay } from "node:timers/promises";
import { UserError } from "../errors.ts";
import { changeBetween, type Reading } from "../gate/counters.ts";
import { boundOf, type GateState, type Judgement, judge, newSoak, withLook } from "../gate/gate.ts";
import type { GateParameters } from "../gate/parameters.ts";
import { type Restarts, restartsTooOften } from "../gate/restarts.ts";
import { restartSentence, sentenceOf } from "../gate/sentence.ts";
import type { PerTrack } from "../model/traffic.ts";
import { type PodsNow, watchRestarts } from "./restarts.ts";
import type { LookSource } from "./source.ts";

/** What a soak has shown so far, as it is shown and written down. */
export interface Evidence extends Judgement {
  readonly looks: number;
  readonly seconds: number;
  readonly canary: GateState["canary"];
  readonly previous: GateState["previous"];
  /** "At most twice as often plus this", as a part of the requests. */
  readonly bound: number;
  /** Restarts of both versions' pods since the soak began; undefined where nobody counts them. */
  readonly restarts: PerTrack<Restarts> | undefined;
  readonly sentence: string;
  /** Why the last look could not be taken; undefined where it was. */
  readonly unread?: string | undefined;
}

export interface SoakOptions {
  readonly leastSeconds: number;
  readonly mostSeconds: number;
  readonly parameters: GateParameters;
  /** Reads the pods of both versions, for their restarts; without it nobody counts them. */
  readonly readPods?: (() => Promise<PodsNow>) | undefined;
  readonly signal: AbortSignal;
  /** Told after each look. */
  readonly onLook?: ((evidence: Evidence) => void) | undefined;
  /** Between two looks. */
  readonly lookSeconds: number;
}

/**
 * Judges the canary of a live stage, look by look, until it is known to do harm, is known to be fine (after the least
 * time), or the most time is over.
 * @returns the evidence at the end: its decision is `go on` where nothing could be said
 * @throws the signal's reason when it aborts
 */
export async function soak(source: LookSource, options: SoakOptions): Promise<Evidence> {
  const { leastSeconds, mostSeconds, parameters, readPods, signal, onLook, lookSeconds } = options;
  const began = performance.now();
  let state = newSoak(Math.max(1, Math.round(mostSeconds / lookSeconds)), parameters);
  let before = await attempt(source);
  const lookAtPods = readPods && (await watchRestarts(readPods));
  for (;;) {
    await delay(lookSeconds * 1000, undefined, { signal }).catch(() => signal.throwIfAborted());
    const now = await attempt(source);
    // What cannot be read is no evidence: the next look that can be is compared with the last one that could.
    if ("servers" in before && "servers" in now)
      state = withLook(state, changeBetween(before.servers, now.servers).look, parameters);
    if ("servers" in now) before = now;
    const restarts = await lookAtPods?.();
    const seconds = (performance.now() - began) / 1000;
    const evidence = evidenceOf(
      { state, seconds, restarts },
      parameters,
      "unread" in now ? now.unread : undefined,
    );
    onLook?.(evidence);
    const isKnown = evidence.decision === "harm" || (evidence.decision === "fine" && seconds >= leastSeconds);
    if (isKnown || seconds >= mostSeconds) return evidence;
  }
}

type Attempt = { readonly servers: Reading } | { readonly unread: string };

async function attempt(source: LookSource): Promise<Attempt> {
  try {
    return { servers: await source.read() };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { unread: error.message };
  }
}

interface Shown {
  readonly state: GateState;
  readonly seconds: number;
  readonly restarts: PerTrack<Restarts> | undefined;
}

/** Harm by failures, or by restarts: each has its own part of the false alarms of a soak. */
function evidenceOf(
  { state, seconds, restarts }: Shown,
  parameters: GateParameters,
  unread: string | undefined,
): Evidence {
  const judged = judge(state, parameters);
  const bound = boundOf(state, parameters);
  const restartsHarm =
    restarts !== undefined && restartsTooOften(restarts.canary, restarts.previous, parameters.restarts);
  const judgement =
    restartsHarm && judged.decision !== "harm" ? { ...judged, decision: "harm" as const } : judged;
  return {
    ...judgement,
    restarts,
    looks: state.errors.looks,
    seconds,
    canary: state.canary,
    previous: state.previous,
    bound,
    sentence:
      restartsHarm && judged.decision !== "harm"
        ? restartSentence(restarts.canary, restarts.previous)
        : sentenceOf(state, judged, bound, parameters),
    unread,
  };
}
