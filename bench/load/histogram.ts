/** Counts of latencies by class: `[class, count]`, ascending, without empty classes. */
export type Histogram = [index: number, count: number][];

/** Neighbouring classes differ by this factor, so a percentile is right to 1 %. */
const FACTOR = 1.02;
const SMALLEST_MS = 0.01;

/** The class of a latency in milliseconds. */
export function classOf(ms: number): number {
  return Math.max(0, Math.round(Math.log(ms / SMALLEST_MS) / Math.log(FACTOR)));
}

/** The latency in milliseconds in the middle of a class. */
export function latencyOf(index: number): number {
  return SMALLEST_MS * FACTOR ** index;
}

/** All counts together. */
export function merge(histograms: Iterable<Histogram>): Histogram {
  const counts = new Map<number, number>();
  for (const histogram of histograms) {
    for (const [index, count] of histogram) counts.set(index, (counts.get(index) ?? 0) + count);
  }
  return [...counts].sort(([a], [b]) => a - b);
}

/**
 * The latency in milliseconds that a share of all requests does not exceed, right to 1 %.
 * @param share 0.5 for the median, 0.99 for p99
 * @returns undefined when there are no requests
 */
export function percentile(histogram: Histogram, share: number): number | undefined {
  const total = histogram.reduce((sum, [, count]) => sum + count, 0);
  let seen = 0;
  for (const [index, count] of histogram) {
    seen += count;
    if (seen >= share * total) return latencyOf(index);
  }
  return undefined;
}
