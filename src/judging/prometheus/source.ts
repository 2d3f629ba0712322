import type { PerTrack } from "../../model/traffic.ts";
import type { CounterQueries } from "../../routers/live-share.ts";
import type { LookSource } from "../source.ts";
import type { Prometheus, Range, Series } from "./client.ts";
import { type Grid, readerOf } from "./grid.ts";
import { type Histograms, histogramsOf, slowBound, slowReading } from "./latency.ts";
import { type CounterPaths, type FoundCounters, readingsOf } from "./readings.ts";

const NAME = "Prometheus";

/**
 * Looks out of Prometheus, at the times of a grid, which goes on with each read. Whoever reads them, and whenever, gets the
 * same.
 */
export function prometheusSource(
  prometheus: Prometheus,
  grid: Grid,
  queries: PerTrack<CounterQueries>,
  paths: CounterPaths,
): LookSource {
  const { read } = countersSource(prometheus, grid, queries, paths);
  return {
    name: NAME,
    read: async () => {
      await grid.advance();
      return read();
    },
  };
}

/** Other counters at the same times: read after those that the grid goes on with. */
export function countersSource(
  prometheus: Prometheus,
  grid: Grid,
  queries: PerTrack<CounterQueries>,
  paths: CounterPaths,
): LookSource {
  const foundFor = async ({ requests, failures }: CounterQueries, range: Range): Promise<FoundCounters> => {
    const [all, failed] = await Promise.all([
      prometheus.range(requests, range),
      prometheus.range(failures, range),
    ]);
    return { requests: all, failures: failed };
  };
  const read = readerOf(grid, async (range) =>
    readingsOf(await ofBoth(queries, (query) => foundFor(query, range)), queries, range, paths),
  );
  return { name: NAME, read };
}

/** The bound above which a request is slow is taken from so many seconds. */
const BASE_SECONDS = 60;

/**
 * Slow requests at the same times: those above the bucket's bound that is nearest to previous' 95th percentile of the
 * first minute. Nothing before that is known.
 * @param queries histograms, by `le`
 */
export function latencySource(prometheus: Prometheus, grid: Grid, queries: PerTrack<string>): LookSource {
  let first: { readonly at: number; readonly histograms: Histograms } | undefined;
  let bound: number | undefined;
  const slowAt = (histograms: Histograms, at: number) => {
    if (histograms.size > 0) first ??= { at, histograms };
    if (first && at >= first.at + BASE_SECONDS) bound ??= slowBound(first.histograms, histograms);
    return bound === undefined ? undefined : slowReading(histograms, bound);
  };
  const read = readerOf(grid, async (range) => {
    const found = await ofBoth(
      queries,
      (query): Promise<readonly Series[]> => prometheus.range(query, range),
    );
    return histogramsOf(found, queries, range).map((histograms, index) =>
      slowAt(histograms, range.start + index * range.step),
    );
  });
  return { name: NAME, read };
}

async function ofBoth<Q, T>(queries: PerTrack<Q>, ask: (query: Q) => Promise<T>): Promise<PerTrack<T>> {
  const [previous, canary] = await Promise.all([ask(queries.previous), ask(queries.canary)]);
  return { previous, canary };
}
