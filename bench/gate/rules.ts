import { judge, newSoak, withLook } from "../../src/gate/gate.ts";
import type { Counts, Look } from "../../src/gate/look.ts";
import { DEFAULTS } from "../../src/gate/parameters.ts";
import { LOOK_SECONDS } from "./traffic.ts";

/** A rule that judges a canary: after how many seconds it says that the canary is bad; undefined when it never does. */
export type Rule = (looks: readonly Look[]) => number | undefined;

const PLANNED_SECONDS = 600;
const MINUTE_LOOKS = 60 / LOOK_SECONDS;

/** Ours, at every look. */
const gate: Rule = (looks) => {
  let state = newSoak(PLANNED_SECONDS / LOOK_SECONDS, DEFAULTS);
  for (const [index, look] of looks.entries()) {
    state = withLook(state, look, DEFAULTS);
    if (judge(state, DEFAULTS).decision === "harm") return (index + 1) * LOOK_SECONDS;
  }
  return undefined;
};

/** Canary's requests minute by minute, and previous'. */
const minutesOf = (looks: readonly Look[]): Look[] =>
  Array.from({ length: Math.floor(looks.length / MINUTE_LOOKS) }, (_, minute) => {
    const of = looks.slice(minute * MINUTE_LOOKS, (minute + 1) * MINUTE_LOOKS);
    return {
      canary: total(of.map(({ canary }) => canary)),
      previous: total(of.map(({ previous }) => previous)),
    };
  });

const total = (all: readonly Counts[]): Counts => ({
  requests: all.reduce((sum, { requests }) => sum + requests, 0),
  failed: all.reduce((sum, { failed }) => sum + failed, 0),
});

/** The minute at which a success rate was below a bound for the n-th time, not on end. */
function belowFor(looks: readonly Look[], leastSuccess: number, times: number): number | undefined {
  let below = 0;
  for (const [minute, { canary }] of minutesOf(looks).entries()) {
    if (canary.requests > 0 && 1 - canary.failed / canary.requests < leastSuccess) below++;
    if (below === times) return (minute + 1) * 60;
  }
  return undefined;
}

/**
 * Flagger's built-in check as its documents set it up: `request-success-rate` at least 99 %, each minute, `threshold: 5`.
 * Failed checks are counted over the whole analysis, not on end (pkg/controller/scheduler.go, `FailedChecks`).
 */
const flagger: Rule = (looks) => belowFor(looks, 0.99, 5);

/**
 * Argo Rollouts' documented analysis: success rate at least 95 %, here each minute, `failureLimit: 3`. A run fails at the
 * failure after the limit (analysis/analysis.go, `assessMetricFailureInconclusiveOrError`).
 */
const argo: Rule = (looks) => belowFor(looks, 0.95, 4);

/** Kayenta's judge, once at the end: its confidence level and its tolerance (MannWhitneyClassifier.scala). */
const KAYENTA = { z: 2.326, tolerance: 0.25 };

/** Kayenta judges two series of a metric once: here the part of requests that fail, a point each minute. */
const kayenta: Rule = (looks) => {
  const minutes = minutesOf(looks);
  const rate = ({ requests, failed }: Counts) => (requests === 0 ? 0 : failed / requests);
  const canary = minutes.map((minute) => rate(minute.canary));
  const previous = minutes.map((minute) => rate(minute.previous));
  const differences = canary.flatMap((a) => previous.map((b) => a - b)).sort((a, b) => a - b);
  const n = minutes.length;
  // The interval of the Mann-Whitney test for the shift: order statistics of the pairwise differences.
  const rank = Math.floor((n * n) / 2 - KAYENTA.z * Math.sqrt((n * n * (2 * n + 1)) / 12));
  const lower = differences[Math.max(0, rank)] ?? 0;
  const shift = differences[Math.floor(differences.length / 2)] ?? 0;
  return lower > KAYENTA.tolerance * Math.abs(shift) ? n * 60 : undefined;
};

export const RULES = { gate, flagger, argo, kayenta } as const satisfies Record<string, Rule>;
export type RuleName = keyof typeof RULES;
export const RULE_NAMES = Object.keys(RULES) as RuleName[];
