import { UserError } from "../../errors.ts";
import type { Reading, ServerCounters } from "../../gate/counters.ts";
import { TRACKS, type TrackName } from "../../model/names.ts";
import type { PerTrack } from "../../model/traffic.ts";
import type { CounterQueries } from "../../routers/live-share.ts";
import type { Range, Series } from "./client.ts";

/** What both queries of a version gave over one range. */
export interface FoundCounters {
  readonly requests: readonly Series[];
  readonly failures: readonly Series[];
}

/** What the two queries are called in messages. */
export interface CounterPaths {
  readonly requests: string;
  readonly failures: string;
  /** Whether more failures than requests are a mistake; a data plane's own counters may be ahead of each other. */
  readonly isBounded: boolean;
}

export const OWN_QUERIES: CounterPaths = {
  requests: "gate.prometheus.requests",
  failures: "gate.prometheus.failures",
  isBounded: true,
};

export const READY_QUERIES: CounterPaths = {
  requests: "gate.prometheus, the router's query of requests,",
  failures: "gate.prometheus, the router's query of failures,",
  isBounded: false,
};

/**
 * One reading for each point of a range. A series is a server of its own, so that a counter which begins anew is seen; it
 * is in a reading where both of its counters are.
 * @throws UserError where a query found nothing, two counters do not belong together, or a value is no count
 */
export function readingsOf(
  found: PerTrack<FoundCounters>,
  queries: PerTrack<CounterQueries>,
  { start, end, step }: Range,
  paths: CounterPaths,
): Reading[] {
  const servers = TRACKS.flatMap((track) =>
    serversOf(found[track], { track, queries: queries[track], paths }),
  );
  const points = Math.floor((end - start) / step) + 1;
  return Array.from({ length: points }, (_, index) => {
    const at = Math.round((start + index * step) * 1000);
    return Object.fromEntries(
      servers.flatMap(({ name, counters }) => {
        const then = counters.get(at);
        return then ? [[name, then] as const] : [];
      }),
    );
  });
}

interface Server {
  readonly name: string;
  /** By milliseconds since 1970. */
  readonly counters: ReadonlyMap<number, ServerCounters>;
}

/** Whose counters, and how they were asked for. */
interface Asked {
  readonly track: TrackName;
  readonly queries: CounterQueries;
  readonly paths: CounterPaths;
}

function serversOf({ requests, failures }: FoundCounters, asked: Asked): Server[] {
  const { track, paths } = asked;
  if (requests.length === 0) throw nothingFound("requests", asked);
  if (failures.length === 0) throw nothingFound("failures", asked);
  const stray = failures.find(({ metric }) => !requests.some((other) => sameLabels(other.metric, metric)));
  if (stray) throw notPaired(paths.failures, stray, paths.requests, track);
  return requests.map((series) => {
    const failed = failures.find(({ metric }) => sameLabels(metric, series.metric));
    if (!failed) throw notPaired(paths.requests, series, paths.failures, track);
    return { name: nameOf(track, series.metric), counters: countersOf(series, failed, asked) };
  });
}

function countersOf(requests: Series, failures: Series, asked: Asked) {
  const { track, queries, paths } = asked;
  const failed = new Map(failures.values.map(([time, value]) => [milliseconds(time), value]));
  const counters = requests.values.flatMap(([time, value]) => {
    const failedThen = failed.get(milliseconds(time));
    if (failedThen === undefined) return [];
    const counts = {
      track,
      requests: countOf(value, paths.requests, queries.requests),
      failed: countOf(failedThen, paths.failures, queries.failures),
    };
    if (paths.isBounded && counts.failed > counts.requests) throw moreFailures(counts, asked);
    return [[milliseconds(time), counts] as const];
  });
  return new Map(counters);
}

const milliseconds = (seconds: number): number => Math.round(seconds * 1000);

/** The pod stands at the end, as in every data plane's counters; where there is none, nobody looks for it. */
export function nameOf(track: TrackName, labels: Series["metric"]): string {
  const { pod = track, instance = "", ...rest } = labels;
  return [instance, ...Object.values(rest), pod].join(" ");
}

/** @param path what the query is called in messages */
export function countOf(value: string, path: string, query: string): number {
  const count = Number(value);
  if (Number.isInteger(count) && count >= 0) return count;
  throw new UserError(
    `${path} gives ${value}, which is no count: ${query}`,
    "Give the counter itself, for example sum by (pod) (http_requests_total{…}): no rate, no increase, no ratio.",
  );
}

const sameLabels = (a: Series["metric"], b: Series["metric"]): boolean => labelsText(a) === labelsText(b);

export const labelsText = ({ __name__: _, ...labels }: Series["metric"]): string =>
  `{${Object.entries(labels)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(", ")}}`;

const nothingFound = (what: keyof CounterQueries, { track, queries, paths }: Asked): UserError =>
  new UserError(
    `${paths[what]} finds nothing for the ${track === "canary" ? "canary" : "previous version"}: ${queries[what]}`,
    what === "requests"
      ? "Try it in Prometheus' own page: is the edge, or are the pods, scraped?"
      : "A counter that is not there before it first counts needs its zero: QUERY or 0 * QUERY OF ALL.",
  );

const notPaired = (one: string, { metric }: Series, other: string, track: TrackName): UserError =>
  new UserError(
    `${one} has ${labelsText(metric)} of ${track}, and ${other} has no series with these labels`,
    "Add both up by the same labels, for example sum by (pod) (…); what may be absent needs its zero: QUERY or 0 * QUERY OF ALL.",
  );

const moreFailures = ({ requests, failed }: ServerCounters, { queries, paths }: Asked): UserError =>
  new UserError(
    `${paths.failures} counts ${failed} where ${paths.requests} counts ${requests}: ${queries.failures} and ${queries.requests}`,
    "The one has to be a part of the other.",
  );
