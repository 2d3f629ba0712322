import { canaryPart, type Factors, factorsOf, type Look, mean } from "./look.ts";
import type { FineParameters } from "./parameters.ts";

/** Evidence that the canary is no worse than allowed, as it stands after some looks. */
export interface FineEvidence {
  /** For each alternative, the logarithm of what failures say … */
  readonly failures: readonly number[];
  /** … and what each point of margin adds to it. */
  readonly margin: readonly number[];
}

export const noFineEvidence = ({ niGrid }: FineParameters): FineEvidence => ({
  failures: niGrid.map(() => 0),
  margin: niGrid.map(() => 0),
});

/** Adds a look. */
export function withFineLook(evidence: FineEvidence, look: Look, parameters: FineParameters): FineEvidence {
  const factors = factorsIn(look, parameters);
  return {
    failures: withFailures(evidence.failures, look, factors),
    margin: factors.map(({ a }, index) => (evidence.margin[index] ?? 0) + look.canary.requests * (1 - a)),
  };
}

/** Adds the failures of a look whose requests are in the evidence already. */
export const withFineFailures = (
  { failures, margin }: FineEvidence,
  look: Look,
  parameters: FineParameters,
): FineEvidence => ({ failures: withFailures(failures, look, factorsIn(look, parameters)), margin });

function factorsIn(look: Look, { niRatio, niGrid }: FineParameters): Factors[] {
  const q = canaryPart(look);
  return niGrid.map((r) => factorsOf(q, niRatio, r));
}

const withFailures = (
  failures: readonly number[],
  { canary, previous }: Look,
  factors: readonly Factors[],
): number[] =>
  factors.map(
    ({ a, b }, index) => (failures[index] ?? 0) + canary.failed * Math.log(a) + previous.failed * Math.log(b),
  );

/**
 * Evidence that the canary fails at most `niRatio` times as often as the previous version plus `points`. The larger the
 * margin, the larger it is.
 * @param points part of the canary's requests, 0.005 for half a percentage point
 */
export function fineEvidence(
  { failures, margin }: FineEvidence,
  points: number,
  { exponentCap }: Pick<FineParameters, "exponentCap">,
): number {
  return mean(
    failures.map((log, index) => Math.exp(Math.min(log + points * (margin[index] ?? 0), exponentCap))),
  );
}

const STEPS = 60;

/**
 * The least margin for which the evidence is enough, by bisection on 0 to 1: "it fails at most `niRatio` times as often
 * plus this". 1 where no margin is.
 */
export function fineBound(evidence: FineEvidence, parameters: FineParameters): number {
  const isEnough = (points: number) => fineEvidence(evidence, points, parameters) >= parameters.niPass;
  if (!isEnough(1)) return 1;
  let [low, high] = [0, 1];
  for (let step = 0; step < STEPS; step++) {
    const middle = (low + high) / 2;
    if (isEnough(middle)) high = middle;
    else low = middle;
  }
  return high;
}
