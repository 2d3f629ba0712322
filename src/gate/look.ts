/** Requests of both versions since the look before, and how many of them failed. */
export interface Look {
  readonly canary: Counts;
  readonly previous: Counts;
}

export interface Counts {
  readonly requests: number;
  readonly failed: number;
}

export const sum = (a: Counts, b: Counts): Counts => ({
  requests: a.requests + b.requests,
  failed: a.failed + b.failed,
});

/** The canary's part of the requests, 0 to 1. A look without any has none: whatever it is then, no factor depends on it. */
export function canaryPart({ canary, previous }: Look): number {
  const all = canary.requests + previous.requests;
  return all === 0 ? 0 : canary.requests / all;
}

/** The factors of a failure of each version, when the canary fails `r` times as often as `ratio` allows. */
export interface Factors {
  /** Of a failed request of the canary. */
  readonly a: number;
  /** Of a failed request of the previous version. */
  readonly b: number;
}

/**
 * How much likelier a failure of each version is under the alternative than at the bound of what is allowed: of all
 * failures the canary's part is then `r ratio q / (r ratio q + 1 - q)` instead of `ratio q / (ratio q + 1 - q)`.
 */
export function factorsOf(q: number, ratio: number, r: number): Factors {
  const b = (ratio * q + 1 - q) / (r * ratio * q + 1 - q);
  return { a: r * b, b };
}

/** Weight of an alternative that begins at look `t` (from 1), of `planned` looks: harm that begins late is found too. */
export function onsetWeight(t: number, planned: number): number {
  if (t === 1) return 1 / 2;
  return t <= planned ? 1 / 2 / (planned - 1) : 0;
}

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
