import { setTimeout as delay } from "node:timers/promises";
import { UserError } from "../errors.ts";
import { changeBetween, type Reading } from "../gate/counters.ts";
import { boundOf, type GateState, type Judgement, judge, newSoak, withLook } from "../gate/gate.ts";
import type { GateParameters } from "../gate/parameters.ts";
import { sentenceOf } from "../gate/sentence.ts";
import type { LookSource } from "./source.ts";

/** What a soak has shown so far, as it is shown and written down. */
export interface Evidence extends Judgement {
  readonly looks: number;
  readonly seconds: number;
  readonly canary: GateState["canary"];
  readonly previous: GateState["previous"];
  /** "At most twice as often plus this", as a part of the requests. */
  readonly bound: number;
  readonly sentence: string;
  /** Why the last look could not be taken; undefined where it was. */
  readonly unread?: string | undefined;
}

export interface SoakOptions {
  readonly leastSeconds: number;
  readonly mostSeconds: number;
  readonly parameters: GateParameters;
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
  const { leastSeconds, mostSeconds, parameters, signal, onLook, lookSeconds } = options;
  const began = performance.now();
  let state = newSoak(Math.max(1, Math.round(mostSeconds / lookSeconds)), parameters);
  let before = await attempt(source);
  for (;;) {
    await delay(lookSeconds * 1000, undefined, { signal }).catch(() => signal.throwIfAborted());
    const now = await attempt(source);
    // What cannot be read is no evidence: the next look that can be is compared with the last one that could.
    if ("servers" in before && "servers" in now)
      state = withLook(state, changeBetween(before.servers, now.servers).look, parameters);
    if ("servers" in now) before = now;
    const seconds = (performance.now() - began) / 1000;
    const evidence = evidenceOf(state, seconds, parameters, "unread" in now ? now.unread : undefined);
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

function evidenceOf(
  state: GateState,
  seconds: number,
  parameters: GateParameters,
  unread: string | undefined,
): Evidence {
  const judgement = judge(state, parameters);
  const bound = boundOf(state, parameters);
  return {
    ...judgement,
    looks: state.errors.looks,
    seconds,
    canary: state.canary,
    previous: state.previous,
    bound,
    sentence: sentenceOf(state, judgement, bound, parameters),
    unread,
  };
}
