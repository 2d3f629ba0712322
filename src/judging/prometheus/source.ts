import { UserError } from "../../errors.ts";
import type { PerTrack } from "../../model/traffic.ts";
import type { CounterQueries } from "../../routers/live-share.ts";
import type { Counted, LookSource } from "../source.ts";
import type { Prometheus, Range } from "./client.ts";
import { type FoundCounters, readingsOf } from "./readings.ts";

export interface PrometheusSourceOptions {
  readonly queries: PerTrack<CounterQueries>;
  readonly lookSeconds: number;
  /** When the soak began, by Prometheus' clock, where an earlier command began it: it is read again from there. */
  readonly began: number | undefined;
  /** Told when it begins, once Prometheus has said what time it is there. */
  readonly onBegin: (began: number) => Promise<void>;
}

/** What was scraped a moment ago may not be there yet: a look is read only after so many seconds, and never changes then. */
const SETTLE_SECONDS = 2;

/** Prometheus gives at most 11,000 points of a series (its documentation of range queries). */
const MOST_POINTS = 10_000;

/**
 * Looks out of Prometheus: at the beginning of the soak and every so many seconds from there, by Prometheus' own clock.
 * Whoever reads them, and whenever, gets the same; what could not be read is read by the next call.
 */
export function prometheusSource(prometheus: Prometheus, options: PrometheusSourceOptions): LookSource {
  const { queries, lookSeconds, onBegin } = options;
  const opened = performance.now();
  let { began } = options;
  let read = 0;
  let last = 0;
  return {
    name: "Prometheus",
    read: async (): Promise<readonly Counted[]> => {
      const now = await prometheus.now();
      if (now <= last) throw standsStill(prometheus.url, now);
      last = now;
      if (began === undefined) {
        // It may have been away at first: what it scraped meanwhile counts.
        began = Math.floor(now - (performance.now() - opened) / 1000);
        await onBegin(began);
      }
      if (now < began) throw wentBack(prometheus.url, now, began);
      const beginning = began;
      const there = Math.floor((now - SETTLE_SECONDS - beginning) / lookSeconds) + 1;
      const points = Math.min(there - read, MOST_POINTS);
      if (points <= 0) return [];
      const start = beginning + read * lookSeconds;
      const range = { start, end: start + (points - 1) * lookSeconds, step: lookSeconds };
      const found = await foundBy(prometheus, queries, range);
      const readings = readingsOf(found, queries, range);
      const first = read;
      read += points;
      return readings.map((reading, index) => ({ seconds: (first + index) * lookSeconds, reading }));
    },
  };
}

async function foundBy(
  prometheus: Prometheus,
  queries: PerTrack<CounterQueries>,
  range: Range,
): Promise<PerTrack<FoundCounters>> {
  const of = async ({ requests, failures }: CounterQueries): Promise<FoundCounters> => {
    const [all, failed] = await Promise.all([
      prometheus.range(requests, range),
      prometheus.range(failures, range),
    ]);
    return { requests: all, failures: failed };
  };
  const [previous, canary] = await Promise.all([of(queries.previous), of(queries.canary)]);
  return { previous, canary };
}

const wentBack = (url: string, now: number, began: number): UserError =>
  new UserError(
    `the clock of Prometheus at ${url} says ${isoText(now)}, and this soak began at ${isoText(began)} by it`,
    "Set its clock right; or begin anew by promoting to this stage once more.",
  );

const standsStill = (url: string, now: number): UserError =>
  new UserError(
    `the clock of Prometheus at ${url} stands still at ${isoText(now)}`,
    "See whether something between here and there keeps its answers.",
  );

const isoText = (seconds: number): string => new Date(seconds * 1000).toISOString();
