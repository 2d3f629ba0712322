import type { PageSoak, SharePoint } from "../../contract.ts";

/** Not readonly: uPlot's types ask for arrays that may be written, and it does not write. */
type Column = (number | null)[];

/** The share over time, a column for each line of the chart: seconds since 1970, percent, requests that failed. */
export interface ShareColumns {
  readonly time: number[];
  /** 100 where anything serves: the area above the canary's is the previous version's. */
  readonly all: Column;
  readonly effective: Column;
  readonly applied: Column;
  readonly failed: Column;
}

export function shareColumns(points: readonly SharePoint[]): ShareColumns {
  return {
    time: points.map(({ time }) => Date.parse(time) / 1000),
    all: points.map(({ effective }) => (effective === null ? null : 100)),
    effective: points.map(({ effective }) => effective),
    applied: points.map(({ applied }) => applied),
    failed: points.map(failedAt),
  };
}

/** Null where nothing failed, or nobody counts: a bar of no height would be drawn as any other. */
const failedAt = ({ previous, canary }: SharePoint): number | null =>
  (previous?.failed ?? 0) + (canary?.failed ?? 0) || null;

/** Requests of all points, and how many failed; undefined where nobody counted. */
export function totals(points: readonly SharePoint[]): { requests: number; failed: number } | undefined {
  const counts = points.flatMap(({ previous, canary }) => [previous, canary]).filter((part) => part !== null);
  if (counts.length === 0) return undefined;
  return counts.reduce(
    (sum, { requests, failed }) => ({ requests: sum.requests + requests, failed: sum.failed + failed }),
    {
      requests: 0,
      failed: 0,
    },
  );
}

/** A time during which the same two versions stood beside each other. */
export interface VersionSpan {
  readonly from: number;
  readonly to: number;
  readonly previous: string;
  readonly canary: string;
  /** The canary's share in the middle of it, where its name is written. */
  readonly share: number;
}

/** The spans of time with the same versions, oldest first; seconds since 1970. */
export function versionSpans(points: readonly SharePoint[]): readonly VersionSpan[] {
  const starts = points.flatMap(({ versions }, at) =>
    sameVersions(versions, points[at - 1]?.versions) ? [] : [at],
  );
  return starts.flatMap((start, index) => {
    const end = starts[index + 1] ?? points.length - 1;
    const versions = points[start]?.versions;
    if (!versions) return [];
    const share = points[Math.floor((start + end) / 2)]?.effective ?? 0;
    return [{ from: secondsAt(points, start), to: secondsAt(points, end), ...versions, share }];
  });
}

const sameVersions = (one: SharePoint["versions"], other: SharePoint["versions"] | undefined): boolean =>
  one?.previous === other?.previous && one?.canary === other?.canary && other !== undefined;

const secondsAt = (points: readonly SharePoint[], at: number): number =>
  Date.parse(points[at]?.time ?? "") / 1000;

/** The evidence look by look: seconds of the soak, harm, fine; e-values kept where a logarithm can show them. */
export function evidenceColumns({ looks, boundaries }: Pick<PageSoak, "looks" | "boundaries">): {
  readonly seconds: number[];
  readonly harm: number[];
  readonly fine: number[];
  readonly lowest: number;
  readonly highest: number;
} {
  const lowest = 0.01;
  const highest = 100 * Math.max(boundaries.harm, boundaries.fine);
  const shown = (value: number) => Math.min(highest, Math.max(lowest, value));
  return {
    seconds: looks.map(({ seconds }) => seconds),
    harm: looks.map(({ eA }) => shown(eA)),
    fine: looks.map(({ eN }) => shown(eN)),
    lowest,
    highest,
  };
}

/** The place of the time that is nearest to one asked for; -1 where there is none. */
export function nearest(times: readonly number[], asked: number): number {
  let low = 0;
  let high = times.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((times[middle] ?? 0) < asked) low = middle;
    else high = middle;
  }
  if (high < 0) return -1;
  return Math.abs((times[low] ?? 0) - asked) <= Math.abs((times[high] ?? 0) - asked) ? low : high;
}
