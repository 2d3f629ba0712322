import { type Averages, averagesEvidence } from "../gate/averages.ts";
import type { Reading, Waiting } from "../gate/counters.ts";
import { boundOf, DOUBT, type GateState, isFineIfLost, type Judgement, judge } from "../gate/gate.ts";
import type { Counts } from "../gate/look.ts";
import type { GateParameters } from "../gate/parameters.ts";
import { type Restarts, restartsTooOften } from "../gate/restarts.ts";
import {
  doubtSentence,
  measureSentence,
  restartSentence,
  sentenceOf,
  slowSentence,
  UNREAD_SENTENCE,
  waitingSentence,
} from "../gate/sentence.ts";
import type { PerTrack } from "../model/traffic.ts";
import type { Followed } from "./follower.ts";
import { type OwnCounts, usersOf } from "./own-requests.ts";

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
  /** Response times by the data plane's averages; undefined before the first block of them. */
  readonly responseTimes: ResponseTimes | undefined;
  /** Requests that the command sent itself, and users' without them; undefined where it sends none. */
  readonly own: OwnEvidence | undefined;
  /** What the canary's servers do now that no count of requests shows. */
  readonly atCanary: AtCanary;
  readonly sentence: string;
  /** Why the last look could not be taken; undefined where it was. */
  readonly unread?: string | undefined;
}

/** Means of the last block, in milliseconds, and what all blocks say of a canary that is slower than it may be. */
export interface ResponseTimes extends PerTrack<number> {
  readonly evidence: number;
}

export interface OwnEvidence extends OwnCounts {
  readonly users: PerTrack<Counts>;
}

export interface AtCanary {
  /** Requests without an answer yet. One that hangs is counted as failed when it is given up, and not before. */
  readonly waiting: number;
  /** Requests since the soak began that it did not take and previous' servers, or its other ones, got. */
  readonly redispatched: number;
}

/** All that is known after a look. */
export interface Shown {
  readonly state: GateState;
  readonly seconds: number;
  readonly averages: Averages;
  readonly restarts: PerTrack<Restarts> | undefined;
  readonly measures: readonly Followed[];
  readonly own: OwnCounts | undefined;
  readonly waiting: Waiting;
  readonly redispatched: AtCanary["redispatched"];
}

/** Harm by failures, by restarts or by a measure: each has its own part of the false alarms of a soak. */
export function evidenceOf(
  { state, averages, own, waiting, redispatched, ...shown }: Shown,
  parameters: GateParameters,
  unread: string | undefined,
): Evidence {
  const judged = judge(state, parameters);
  const bound = boundOf(state, parameters);
  const responseTimes = averages.last && { ...averages.last, evidence: averagesEvidence(averages) };
  const seen = { state, waiting, measures: shown.measures, responseTimes, unread };
  const other = harmBeside(judged, shown, parameters) ?? doubtBeside(judged, seen, parameters);
  return {
    ...judged,
    ...shown,
    decision: other?.decision ?? judged.decision,
    looks: state.errors.looks,
    canary: state.canary,
    previous: state.previous,
    bound,
    responseTimes,
    atCanary: { waiting: waiting.canary, redispatched },
    own: own && { ...own, users: usersBeside(own, state) },
    sentence: other?.sentence ?? sentenceOf(state, judged, bound, parameters),
    unread: unread ?? shown.measures.find((measure) => measure.unread !== undefined)?.unread,
  };
}

const usersBeside = (
  { answered }: OwnCounts,
  { canary, previous }: Pick<GateState, "canary" | "previous">,
) => ({
  previous: usersOf(previous, answered.previous),
  canary: usersOf(canary, answered.canary),
});

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

type Seen = Pick<Shown, "state" | "waiting"> & Pick<Evidence, "measures" | "responseTimes" | "unread">;

/**
 * A canary that is fine by its failures, and of which something else is in doubt, or not known well enough. What it does
 * while nobody can look is not known either. Averages hold, and are never harm: their bound on false alarms is not proven.
 */
function doubtBeside(
  { decision }: Judgement,
  { state, waiting, measures, responseTimes, unread }: Seen,
  parameters: GateParameters,
): Other | undefined {
  if (decision !== "fine") return undefined;
  if (unread !== undefined) return { decision: "go on", sentence: UNREAD_SENTENCE };
  if (!isFineIfLost(state, waiting, parameters))
    return { decision: "go on", sentence: waitingSentence(waiting) };
  const doubtful = measures.find(({ isKnown, eA }) => !isKnown || eA >= DOUBT);
  if (doubtful) return { decision: "go on", sentence: doubtSentence(doubtful) };
  if (!responseTimes || responseTimes.evidence < DOUBT) return undefined;
  return { decision: "go on", sentence: slowSentence(responseTimes.canary, responseTimes.previous) };
}

/** Requests that the canary's servers did not take between two readings. @param began the first one of the soak */
export function redispatchedSince(began: Reading, now: Reading): number {
  const since = (name: string, count = 0) => {
    const before = began[name]?.redispatched ?? 0;
    return count < before ? count : count - before; // It began anew meanwhile.
  };
  return Object.entries(now)
    .filter(([, { track }]) => track === "canary")
    .reduce((total, [name, { redispatched }]) => total + since(name, redispatched), 0);
}
