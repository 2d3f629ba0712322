import { UserError } from "../../errors.ts";
import type { Reading } from "../../gate/counters.ts";
import type { Counted } from "../source.ts";
import type { Prometheus, Range } from "./client.ts";

export interface GridOptions {
  readonly lookSeconds: number;
  /** When the soak began, by Prometheus' clock, where an earlier command began it: it is read again from there. */
  readonly began: number | undefined;
  /** Told when it begins, once Prometheus has said what time it is there. */
  readonly onBegin: (began: number) => Promise<void>;
}

/** The times of a soak's looks, by Prometheus' clock: its beginning, and every so many seconds from there. */
export interface Grid {
  readonly lookSeconds: number;
  /** Asks for the time. @throws UserError */
  readonly advance: () => Promise<void>;
  /** The beginning, and how many looks' times have passed, as of the last `advance`. */
  readonly passed: () => { readonly began: number; readonly count: number };
}

/** What was scraped a moment ago may not be there yet: a look is read only after so many seconds, and never changes then. */
const SETTLE_SECONDS = 2;

export function gridOf(prometheus: Prometheus, { lookSeconds, began, onBegin }: GridOptions): Grid {
  const opened = performance.now();
  let beginning = began;
  let last = 0;
  return {
    lookSeconds,
    advance: async () => {
      const now = await prometheus.now();
      if (now <= last) throw standsStill(prometheus.url, now);
      if (beginning === undefined) {
        // It may have been away at first: what it scraped meanwhile counts.
        beginning = Math.floor(now - (performance.now() - opened) / 1000);
        await onBegin(beginning);
      }
      if (now < beginning) throw wentBack(prometheus.url, now, beginning);
      last = now;
    },
    passed: () => {
      if (beginning === undefined || last === 0) return { began: 0, count: 0 };
      const settled = last - SETTLE_SECONDS - beginning;
      return { began: beginning, count: Math.max(0, Math.floor(settled / lookSeconds) + 1) };
    },
  };
}

/** Prometheus gives at most 11,000 points of a series (its documentation of range queries). */
const MOST_POINTS = 10_000;

/**
 * Reads what has passed of a grid since the call before; what could not be read is read by the next call.
 * @param readingsIn a reading for each point of a range; undefined where there is none yet
 */
export function readerOf(
  grid: Grid,
  readingsIn: (range: Range) => Promise<readonly (Reading | undefined)[]>,
): () => Promise<readonly Counted[]> {
  const { lookSeconds } = grid;
  let read = 0;
  return async () => {
    const { began, count } = grid.passed();
    const points = Math.min(count - read, MOST_POINTS);
    if (points <= 0) return [];
    const start = began + read * lookSeconds;
    const readings = await readingsIn({ start, end: start + (points - 1) * lookSeconds, step: lookSeconds });
    const first = read;
    read += points;
    return readings.flatMap((reading, index) =>
      reading ? [{ seconds: (first + index) * lookSeconds, reading }] : [],
    );
  };
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
