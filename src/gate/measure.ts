import { type ErrorEvidence, evidenceA, evidenceB, isHarm, noEvidence, withLook } from "./errors.ts";
import { type Counts, type Look, sum } from "./look.ts";
import type { ErrorParameters } from "./parameters.ts";

/** Something else that is counted of both versions at the same time: requests that are slow, orders. */
export interface Measure {
  /** As it stands in sentences: `orders`. */
  readonly name: string;
  /** Whether it is harm when the canary has more of it, or less. */
  readonly worse: "more" | "less";
  readonly parameters: ErrorParameters;
}

/** What a measure has shown so far. */
export interface MeasureState {
  readonly evidence: ErrorEvidence;
  readonly canary: Counts;
  readonly previous: Counts;
}

const NOTHING: Counts = { requests: 0, failed: 0 };

export const newMeasure = ({ parameters }: Measure): MeasureState => ({
  evidence: noEvidence(parameters),
  canary: NOTHING,
  previous: NOTHING,
});

/**
 * Adds a look: `requests` are what it is counted of, `failed` what is counted. Where less of it is worse, the versions change
 * places: "previous has more than `ratio` times as much as the canary" is the same test.
 * @param planned looks that the soak is planned for
 */
export function withMeasured(
  { evidence, canary, previous }: MeasureState,
  look: Look,
  planned: number,
  { worse, parameters }: Measure,
): MeasureState {
  const tested = worse === "more" ? look : { canary: look.previous, previous: look.canary };
  return {
    evidence: withLook(evidence, tested, planned, parameters),
    canary: sum(canary, look.canary),
    previous: sum(previous, look.previous),
  };
}

/** What a measure says after a look. */
export interface Measured {
  readonly name: string;
  readonly isHarm: boolean;
  /** Of harm: chance alone reaches x in one of x soaks. */
  readonly eA: number;
  readonly eB: number;
  readonly canary: Counts;
  readonly previous: Counts;
}

export const judgedMeasure = (
  { evidence, canary, previous }: MeasureState,
  { name, parameters }: Measure,
): Measured => ({
  name,
  isHarm: isHarm(evidence, parameters),
  eA: evidenceA(evidence),
  eB: evidenceB(evidence),
  canary,
  previous,
});
