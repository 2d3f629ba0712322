import { setTimeout as delay } from "node:timers/promises";
import { changeBetween, type Reading } from "../gate/counters.ts";
import { boundOf, DOUBT, type GateState, type Judgement, judge, newSoak, withLook } from "../gate/gate.ts";
import type { GateParameters } from "../gate/parameters.ts";
import { type Restarts, restartsTooOften } from "../gate/restarts.ts";
import { doubtSentence, measureSentence, restartSentence, sentenceOf } from "../gate/sentence.ts";
import type { PerTrack } from "../model/traffic.ts";
import { type Followed, follow, type MeasuredSource } from "./follower.ts";
import { type WatchedPods, watchRestarts } from "./restarts.ts";
import { attempt, type LookSource } from "./source.ts";

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
  /** What else was looked at. */
  readonly measures: readonly Followed[];
  readonly sentence: string;
  /** Why the last look could not be taken; undefined where it was. */
  readonly unread?: string | undefined;
}

export interface SoakOptions {
  readonly leastSeconds: number;
  readonly mostSeconds: number;
  readonly parameters: GateParameters;
  /** The pods of both versions, for their restarts; without it nobody counts them. */
  readonly pods?: WatchedPods | undefined;
  /** What else is looked at: any of it may be harm, and the canary is fine only where none of it is in doubt. */
  readonly measures?: readonly MeasuredSource[] | undefined;
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
  { mostSeconds, lookSeconds, parameters, pods, measures = [] }: SoakOptions,
): () => Promise<readonly Evidence[]> {
  const planned = Math.max(1, Math.round(mostSeconds / lookSeconds));
  let state = newSoak(planned, parameters);
  let before: Reading | undefined;
  let last = { seconds: 0, at: performance.now() };
  const lookAtPods = pods && watchRestarts(pods);
  const followers = measures.map((measure) => follow(measure, planned));
  const shownAt = (seconds: number, restarts: Shown["restarts"]): Shown => ({
    state,
    seconds,
    restarts,
    measures: followers.map((follower) => follower.at(seconds)),
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
      before = reading;
      return isFirst ? [] : [evidenceOf(shownAt(seconds, restarts), parameters, undefined)];
    });
  };
}

interface Shown {
  readonly state: GateState;
  readonly seconds: number;
  readonly restarts: PerTrack<Restarts> | undefined;
  readonly measures: readonly Followed[];
}

/** Harm by failures, by restarts or by a measure: each has its own part of the false alarms of a soak. */
function evidenceOf(
  { state, seconds, restarts, measures }: Shown,
  parameters: GateParameters,
  unread: string | undefined,
): Evidence {
  const judged = judge(state, parameters);
  const bound = boundOf(state, parameters);
  const other = harmBeside(judged, { restarts, measures }, parameters) ?? doubtBeside(judged, measures);
  return {
    ...judged,
    decision: other?.decision ?? judged.decision,
    restarts,
    measures,
    looks: state.errors.looks,
    seconds,
    canary: state.canary,
    previous: state.previous,
    bound,
    sentence: other?.sentence ?? sentenceOf(state, judged, bound, parameters),
    unread: unread ?? measures.find((measure) => measure.unread !== undefined)?.unread,
  };
}

type Other = Pick<Evidence, "decision" | "sentence">;

/** Harm that does not show in failures. */
function harmBeside(
  { decision }: Judgement,
  { restarts, measures }: Pick<Shown, "restarts" | "measures">,
  parameters: GateParameters,
): Other | undefined {
  if (decision === "harm") return undefined;
  if (restarts && restartsTooOften(restarts.canary, restarts.previous, parameters.restarts))
    return { decision: "harm", sentence: restartSentence(restarts.canary, restarts.previous) };
  const harmful = measures.find(({ isHarm }) => isHarm);
  return harmful && { decision: "harm", sentence: measureSentence(harmful) };
}

/** A canary that is fine by its failures, and of which something else is not known well enough. */
function doubtBeside({ decision }: Judgement, measures: readonly Followed[]): Other | undefined {
  if (decision !== "fine") return undefined;
  const doubtful = measures.find(({ isKnown, eA }) => !isKnown || eA >= DOUBT);
  return doubtful && { decision: "go on", sentence: doubtSentence(doubtful) };
}
