import { UserError } from "../../errors.ts";
import type { Reading } from "../../gate/counters.ts";
import { type Buckets, boundNearest } from "../../gate/slow.ts";
import { TRACKS, type TrackName } from "../../model/names.ts";
import type { PerTrack } from "../../model/traffic.ts";
import type { Range, Series } from "./client.ts";
import { countOf, labelsText, nameOf } from "./readings.ts";

/** Each server's histogram at one time, by the server's name. */
export type Histograms = ReadonlyMap<string, { readonly track: TrackName; readonly buckets: Buckets }>;

const WHAT = "gate.prometheus.latency";

/**
 * The histograms at each point of a range: series of the same labels but `le` are one server's.
 * @throws UserError where a version has none, or a series has no `le`
 */
export function histogramsOf(
  found: PerTrack<readonly Series[]>,
  queries: PerTrack<string>,
  { start, end, step }: Range,
): Histograms[] {
  const points = Math.floor((end - start) / step) + 1;
  const at = Array.from({ length: points }, () => new Map<string, Histogram>());
  for (const track of TRACKS) {
    if (found[track].length === 0) throw noHistogram(track, queries[track], "finds nothing");
    for (const { metric, values } of found[track]) {
      const { name, le } = bucketOf(track, metric, queries[track]);
      for (const [time, value] of values) {
        const histograms = at[Math.round((time - start) / step)];
        const histogram = histograms?.get(name) ?? { track, buckets: new Map<number, number>() };
        histogram.buckets.set(le, countOf(value, WHAT, queries[track]));
        histograms?.set(name, histogram);
      }
    }
  }
  return at;
}

interface Histogram {
  readonly track: TrackName;
  readonly buckets: Map<number, number>;
}

function bucketOf(track: TrackName, { le, ...labels }: Series["metric"], query: string) {
  if (le === undefined) throw noHistogram(track, query, `has ${labelsText(labels)} without le`);
  return { name: nameOf(track, labels), le: le === "+Inf" ? Number.POSITIVE_INFINITY : Number(le) };
}

/** Part of previous' requests that count as fast at the beginning. */
const FAST = 0.95;

/** Requests of previous that the bound is taken from, at the least. */
const LEAST_REQUESTS = 20;

/**
 * The bucket's bound above which a request is slow: the nearest to previous' 95th percentile between two times.
 * @returns undefined where it served too little meanwhile
 */
export function slowBound(before: Histograms, after: Histograms): number | undefined {
  const grown = new Map<number, number>();
  for (const [name, { track, buckets }] of after) {
    const earlier = before.get(name)?.buckets;
    if (track !== "previous" || !earlier || begunAnew(earlier, buckets)) continue;
    for (const [le, count] of buckets) grown.set(le, (grown.get(le) ?? 0) + count - (earlier.get(le) ?? 0));
  }
  if ((grown.get(Number.POSITIVE_INFINITY) ?? 0) < LEAST_REQUESTS) return undefined;
  return boundNearest(grown, FAST);
}

const begunAnew = (before: Buckets, after: Buckets): boolean =>
  [...after].some(([le, count]) => count < (before.get(le) ?? 0));

/** Requests of each server, and those above a bound as what is counted. One without that bound is left out. */
export function slowReading(histograms: Histograms, bound: number): Reading {
  const servers = [...histograms].flatMap(([name, { track, buckets }]) => {
    const [all, fast] = [buckets.get(Number.POSITIVE_INFINITY), buckets.get(bound)];
    if (all === undefined || fast === undefined) return [];
    return [[name, { track, requests: all, failed: Math.max(0, all - fast) }] as const];
  });
  return Object.fromEntries(servers);
}

const noHistogram = (track: TrackName, query: string, what: string): UserError =>
  new UserError(
    `${WHAT} ${what} for the ${track === "canary" ? "canary" : "previous version"}: ${query}`,
    "Give the buckets of a histogram, for example sum by (pod, le) (http_request_duration_seconds_bucket{…}).",
  );
