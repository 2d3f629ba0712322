import { probit } from "simple-statistics";

/**
 * Of a thousand measurements of a share that is right, 999 fit. A release is measured five or six times, and what does not
 * fit can be a reason to go back: at 99 % one release in twenty would meet a false alarm where pods are chosen by chance.
 */
const FITTING = 0.999;
/** With which a measurement says how precise it is. */
const PRECISION = 0.99;

/**
 * Whether a count of requests fits a share: within the bounds that 99.9 % of binomial samples keep to, by the normal
 * approximation with continuity correction (half a request). A share of 0 or 100 % allows no request elsewhere.
 * @param share percent
 */
export function fits(count: number, requests: number, share: number): boolean {
  if (requests === 0) return false;
  const expected = (requests * share) / 100;
  if (share <= 0 || share >= 100) return count === expected;
  return Math.abs(count - expected) <= marginOf(requests, share, FITTING) + 0.5;
}

/** Half the width, in percentage points, of the range in which a share measured with so many requests lies. */
export function precisionPoints(requests: number, share: number): number {
  return requests === 0 ? 100 : (100 * marginOf(requests, share, PRECISION)) / requests;
}

function marginOf(requests: number, share: number, confidence: number): number {
  const part = share / 100;
  return probit(1 - (1 - confidence) / 2) * Math.sqrt(requests * part * (1 - part));
}
