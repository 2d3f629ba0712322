import { setTimeout as delay } from "node:timers/promises";
import { BLOCK_SECONDS, noAverages, withAverages } from "../gate/averages.ts";
import { changeBetween, type Reading, waitingIn } from "../gate/counters.ts";
import { newSoak, withLook } from "../gate/gate.ts";
import type { GateParameters } from "../gate/parameters.ts";
import { type Evidence, evidenceOf, redispatchedSince, type Shown } from "./evidence.ts";
import { follow, type MeasuredSource } from "./follower.ts";
import type { OwnRequests } from "./own-requests.ts";
import { type WatchedPods, watchRestarts } from "./restarts.ts";
import { attempt, type LookSource } from "./source.ts";

export interface SoakOptions {
  readonly leastSeconds: number;
  readonly mostSeconds: number;
  readonly parameters: GateParameters;
  /** The pods of both versions, for their restarts; without it nobody counts them. */
  readonly pods?: WatchedPods | undefined;
  /** What else is looked at: any of it may be harm, and the canary is fine only where none of it is in doubt. */
  readonly measures?: readonly MeasuredSource[] | undefined;
  /** Requests that are sent meanwhile, to be shown. */
  readonly own?: Pick<OwnRequests, "counts"> | undefined;
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
  const { leastSeconds, mostSeconds, signal, onLook, lookSeconds } = options;
  const look = lookingAt(source, options);
  const isOver = ({ decision, seconds }: Evidence): boolean =>
    decision === "harm" || (decision === "fine" && seconds >= leastSeconds) || seconds >= mostSeconds;
  for (;;) {
    for (const evidence of await look()) {
      onLook?.(evidence);
      if (isOver(evidence)) return evidence;
    }
    await delay(lookSeconds * 1000, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}

/** @returns reads what is new, and gives what the soak has shown after each look of it, in order */
function lookingAt(
  source: LookSource,
  { mostSeconds, lookSeconds, parameters, pods, own, measures = [] }: SoakOptions,
): () => Promise<readonly Evidence[]> {
  const planned = Math.max(1, Math.round(mostSeconds / lookSeconds));
  const blocks = Math.max(1, Math.round(mostSeconds / BLOCK_SECONDS));
  let state = newSoak(planned, parameters);
  let averages = noAverages(parameters.latency);
  let began: Reading = {};
  let before: Reading | undefined;
  let last = { seconds: 0, at: performance.now() };
  const lookAtPods = pods && watchRestarts(pods);
  const followers = measures.map((measure) => follow(measure, planned));
  const shownAt = (seconds: number, restarts: Shown["restarts"]): Shown => ({
    state,
    seconds,
    averages,
    restarts,
    measures: followers.map((follower) => follower.at(seconds)),
    own: own?.counts(),
    redispatched: redispatchedSince(began, before ?? {}),
    waiting: waitingIn(before ?? {}),
  });
  return async () => {
    const { counted, unread } = await attempt(source);
    await Promise.all(followers.map((follower) => follower.read()));
    if (!counted) {
      // What cannot be read is no evidence, and time goes on: the next look that can be is compared with the last one that could.
      const seconds = last.seconds + (performance.now() - last.at) / 1000;
      return [evidenceOf(shownAt(seconds, await lookAtPods?.(seconds)), parameters, unread)];
    }
    last = { seconds: counted.at(-1)?.seconds ?? last.seconds, at: performance.now() };
    const restarts = await lookAtPods?.(last.seconds);
    return counted.flatMap(({ seconds, reading }) => {
      const isFirst = before === undefined;
      if (before) state = withLook(state, changeBetween(before, reading).look, parameters);
      else began = reading;
      averages = withAverages(averages, { seconds, reading }, blocks, parameters.latency);
      before = reading;
      return isFirst ? [] : [evidenceOf(shownAt(seconds, restarts), parameters, undefined)];
    });
  };
}
