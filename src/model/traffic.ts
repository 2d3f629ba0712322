/** One value for each of the two tracks of a release. */
export interface PerTrack<T> {
  readonly previous: T;
  readonly canary: T;
}

/** Percent of the traffic that each track is to get: whole numbers, 100 together. */
export type Shares = PerTrack<number>;

/** Pods of each track. */
export type Replicas = PerTrack<number>;

/** An effective share may differ from the intended one by this many percentage points. */
export const TOLERANCE_POINTS = 1;

/** A share as it is printed: at most one decimal. */
export function percent(share: number): string {
  return `${Number(share.toFixed(1))} %`;
}
