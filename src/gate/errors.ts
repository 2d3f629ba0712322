import { canaryPart, factorsOf, type Look, mean, onsetWeight } from "./look.ts";
import type { ErrorParameters } from "./parameters.ts";

/** Evidence that the canary fails more often than it may, as it stands after some looks. */
export interface ErrorEvidence {
  /** Looks so far. */
  readonly looks: number;
  /** Evidence A of each alternative: each request is a draw. */
  readonly a: readonly number[];
  /** Evidence B of each alternative: a whole look is one draw, so that failures which come in clusters count once. */
  readonly b: readonly number[];
  /** How far each run has come, in the order of the rules. */
  readonly runs: readonly Run[];
}

interface Run {
  readonly looks: number;
  readonly failures: number;
}

/** Before the first look. */
export function noEvidence({ grid, runs }: ErrorParameters): ErrorEvidence {
  const nothing = grid.map(() => 0);
  return { looks: 0, a: nothing, b: nothing, runs: runs.map(() => ({ looks: 0, failures: 0 })) };
}

/**
 * Adds a look.
 *
 * Evidence A is a nonnegative supermartingale while the canary fails at most `ratio` times as often as the previous
 * version plus `points` (by 1 + x <= e^x), so the chance that it ever reaches 1 / alpha is at most alpha, for any number
 * of looks, any base rate and any change of shares (Ville's inequality).
 * @param planned looks that the soak is planned for
 */
export function withLook(
  evidence: ErrorEvidence,
  look: Look,
  planned: number,
  parameters: ErrorParameters,
): ErrorEvidence {
  const { ratio, grid, exponentCap, cap, runs, runTimes } = parameters;
  const t = evidence.looks + 1;
  const weight = onsetWeight(t, planned);
  const q = canaryPart(look);
  const grown = (before: readonly number[], factorOf: (r: number) => number): number[] =>
    grid.map((r, index) => Math.min(((before[index] ?? 0) + weight) * factorOf(r), cap));
  return {
    looks: t,
    a: grown(evidence.a, (r) =>
      Math.exp(Math.min(logOfRequests(look, q, ratio, r, parameters.points), exponentCap)),
    ),
    b: grown(evidence.b, (r) => factorOfLook(look, q, ratio, r, parameters.points)),
    runs: runs.map((rule, index) =>
      runAfter(evidence.runs[index] ?? { looks: 0, failures: 0 }, look, rule.share, runTimes),
    ),
  };
}

function logOfRequests(
  { canary, previous }: Look,
  q: number,
  ratio: number,
  r: number,
  points: number,
): number {
  const { a, b } = factorsOf(q, ratio, r);
  return canary.failed * Math.log(a) + previous.failed * Math.log(b) - points * canary.requests * (a - 1);
}

function factorOfLook(
  { canary, previous }: Look,
  q: number,
  ratio: number,
  r: number,
  points: number,
): number {
  if (canary.failed + previous.failed === 0) return 1;
  const { a, b } = factorsOf(q, ratio, r);
  const allowed = (points * previous.requests) / ratio;
  return (canary.failed * a + (previous.failed + allowed) * b) / (canary.failed + previous.failed + allowed);
}

/** A look without requests of the canary leaves a run as it is; any other goes on with it, or ends it. */
function runAfter(run: Run, { canary, previous }: Look, share: number, times: number): Run {
  if (canary.requests === 0) return run;
  const goesOn =
    previous.requests > 0 &&
    canary.failed * previous.requests >= times * previous.failed * canary.requests &&
    canary.failed >= share * canary.requests;
  return goesOn
    ? { looks: run.looks + 1, failures: run.failures + canary.failed }
    : { looks: 0, failures: 0 };
}

/** How strong the evidence is: the mean over all alternatives, 1 where nothing speaks for either side. */
export const evidenceA = ({ a }: ErrorEvidence): number => mean(a);
export const evidenceB = ({ b }: ErrorEvidence): number => mean(b);

/** Whether the canary fails so many requests, in so many looks on end, that no chance needs to be reckoned. */
export const isRun = (evidence: ErrorEvidence, { runs }: ErrorParameters): boolean =>
  runs.some((rule, index) => {
    const { looks = 0, failures = 0 } = evidence.runs[index] ?? {};
    return looks >= rule.looks && failures >= rule.failures;
  });

/** Whether the canary does harm: evidence A, confirmed by evidence B or by a run. */
export function isHarm(evidence: ErrorEvidence, parameters: ErrorParameters): boolean {
  if (evidenceA(evidence) < parameters.alarmA) return false;
  return evidenceB(evidence) >= parameters.alarmB || isRun(evidence, parameters);
}
