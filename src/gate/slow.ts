/** Requests of a time by a histogram: so many took at most `le` seconds. The last bucket, `Infinity`, has all of them. */
export type Buckets = ReadonlyMap<number, number>;

/**
 * The bucket's bound that is nearest to a quantile, which is taken to lie in its bucket as evenly as Prometheus'
 * `histogram_quantile` takes it. Above the last bound it is that one.
 * @returns undefined where there is no request, or no bound
 */
export function boundNearest(buckets: Buckets, quantile: number): number | undefined {
  const sorted = [...buckets].sort(([a], [b]) => a - b);
  const all = sorted.at(-1)?.[1] ?? 0;
  const bounds = sorted.map(([le]) => le).filter(Number.isFinite);
  if (all === 0 || bounds.length === 0) return undefined;
  const rank = quantile * all;
  const at = sorted.findIndex(([, count]) => count >= rank);
  const [high, count] = sorted[at] ?? [Number.POSITIVE_INFINITY, all];
  if (!Number.isFinite(high)) return bounds.at(-1);
  const [low, below] = at === 0 ? [0, 0] : (sorted[at - 1] ?? [0, 0]);
  const value = count === below ? high : low + ((high - low) * (rank - below)) / (count - below);
  return bounds.reduce((best, bound) => (Math.abs(bound - value) < Math.abs(best - value) ? bound : best));
}
