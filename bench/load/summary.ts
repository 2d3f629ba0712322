import { type Histogram, merge, percentile } from "./histogram.ts";
import { BUCKET_MS, type Bucket, type Connection, type Failure } from "./record.ts";

/** Requests and latencies of one sort of connection, or of both. */
export interface Counts {
  requests: number;
  failed: number;
  /** Answered requests by version. */
  byVersion: Record<string, number>;
  /** Latencies in milliseconds, right to 1 %; undefined without an answered request. */
  p50: number | undefined;
  p99: number | undefined;
  p999: number | undefined;
}

/** What happened in a time. */
export interface Summary extends Counts {
  /** Milliseconds since 1970; whole buckets. */
  from: number;
  to: number;
  failuresByKind: Partial<Record<Failure["kind"], number>>;
  failures: Failure[];
  /** Longest time without an answered request, in milliseconds, while requests were sent. */
  longestGapMs: number;
  /** Requests sent a second, while any were. */
  rate: number;
  /** By how much the client itself was late at worst, in milliseconds: how far latencies are its own. */
  lateMs: number;
  new: Counts;
  kept: Counts;
}

/**
 * Adds buckets up. A request counts where it ended.
 * @param buckets in the order of their times, without gaps
 */
export function summarise(buckets: readonly Bucket[]): Summary {
  const from = buckets[0]?.at ?? 0;
  const to = (buckets.at(-1)?.at ?? -BUCKET_MS) + BUCKET_MS;
  const failures = buckets.flatMap((bucket) => bucket.failures);
  const all = countsOf(buckets, failures, ["new", "kept"]);
  return {
    from,
    to,
    ...all,
    failuresByKind: countBy(failures.map(({ kind }) => kind)),
    failures,
    ...paceOf(buckets),
    lateMs: buckets.reduce((worst, { lateMs }) => Math.max(worst, lateMs), 0),
    new: countsOf(buckets, failures, ["new"]),
    kept: countsOf(buckets, failures, ["kept"]),
  };
}

/** The buckets that overlap a time, in milliseconds since 1970. */
export function within(buckets: readonly Bucket[], from: number, to: number): Bucket[] {
  return buckets.filter(({ at }) => at + BUCKET_MS > from && at < to);
}

function countsOf(
  buckets: readonly Bucket[],
  failures: readonly Failure[],
  connections: readonly Connection[],
): Counts {
  const tallies = buckets.flatMap((bucket) => connections.map((connection) => bucket[connection]));
  const latencies: Histogram = merge(tallies.map((tally) => tally.latencies));
  const failed = failures.filter(({ connection }) => connections.includes(connection)).length;
  return {
    requests: failed + latencies.reduce((sum, [, count]) => sum + count, 0),
    failed,
    byVersion: sumUp(tallies.map(({ versions }) => versions)),
    p50: percentile(latencies, 0.5),
    p99: percentile(latencies, 0.99),
    p999: percentile(latencies, 0.999),
  };
}

/** Rate and gap between the first and the last bucket in which requests were sent: what comes after is a tail. */
function paceOf(buckets: readonly Bucket[]): { rate: number; longestGapMs: number } {
  const first = buckets.findIndex(({ sent }) => sent > 0);
  const last = buckets.findLastIndex(({ sent }) => sent > 0);
  const busy = buckets.slice(Math.max(first, 0), last + 1);
  const from = busy[0]?.at ?? 0;
  const to = (busy.at(-1)?.at ?? -BUCKET_MS) + BUCKET_MS;
  const sent = busy.reduce((sum, bucket) => sum + bucket.sent, 0);
  return {
    rate: busy.length > 0 ? (sent * 1000) / (to - from) : 0,
    longestGapMs: longestGap(busy, from, to),
  };
}

function longestGap(buckets: readonly Bucket[], from: number, to: number): number {
  let last = from;
  let longest = 0;
  for (const { answered, gapMs } of buckets) {
    if (!answered) continue;
    longest = Math.max(longest, gapMs, answered[0] - last);
    last = answered[1];
  }
  return Math.max(longest, to - last);
}

function sumUp(counts: readonly Record<string, number>[]): Record<string, number> {
  const sum: Record<string, number> = {};
  for (const [key, count] of counts.flatMap((each) => Object.entries(each))) {
    sum[key] = (sum[key] ?? 0) + count;
  }
  return sum;
}

function countBy<K extends string>(keys: readonly K[]): Partial<Record<K, number>> {
  const counts: Partial<Record<K, number>> = {};
  for (const key of keys) counts[key] = (counts[key] ?? 0) + 1;
  return counts;
}
