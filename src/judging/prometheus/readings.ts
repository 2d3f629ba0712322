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

/**
 * One reading for each point of a range. A series is a server of its own, so that a counter which begins anew is seen; it
 * is in a reading where both of its counters are.
 * @throws UserError where a query found nothing, two counters do not belong together, or a value is no count
 */
export function readingsOf(
  found: PerTrack<FoundCounters>,
  queries: PerTrack<CounterQueries>,
  { start, end, step }: Range,
): Reading[] {
  const servers = TRACKS.flatMap((track) => serversOf(track, found[track], queries[track]));
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

function serversOf(
  track: TrackName,
  { requests, failures }: FoundCounters,
  queries: CounterQueries,
): Server[] {
  if (requests.length === 0) throw nothingFound("requests", track, queries.requests);
  if (failures.length === 0) throw nothingFound("failures", track, queries.failures);
  const stray = failures.find(({ metric }) => !requests.some((other) => sameLabels(other.metric, metric)));
  if (stray) throw notPaired("failures", stray, "requests", track);
  return requests.map((series) => {
    const failed = failures.find(({ metric }) => sameLabels(metric, series.metric));
    if (!failed) throw notPaired("requests", series, "failures", track);
    return { name: nameOf(track, series), counters: countersOf(track, series, failed, queries) };
  });
}

function countersOf(track: TrackName, requests: Series, failures: Series, queries: CounterQueries) {
  const failed = new Map(failures.values.map(([time, value]) => [milliseconds(time), value]));
  const counters = requests.values.flatMap(([time, value]) => {
    const failedThen = failed.get(milliseconds(time));
    if (failedThen === undefined) return [];
    const counts = {
      track,
      requests: countOf(value, "requests", queries.requests),
      failed: countOf(failedThen, "failures", queries.failures),
    };
    if (counts.failed > counts.requests) throw moreFailures(counts, queries);
    return [[milliseconds(time), counts] as const];
  });
  return new Map(counters);
}

const milliseconds = (seconds: number): number => Math.round(seconds * 1000);

/** The pod stands at the end, as in every data plane's counters; where there is none, nobody looks for it. */
function nameOf(track: TrackName, { metric }: Series): string {
  const { pod = track, instance = "", ...rest } = metric;
  return [instance, ...Object.values(rest), pod].join(" ");
}

function countOf(value: string, what: string, query: string): number {
  const count = Number(value);
  if (Number.isInteger(count) && count >= 0) return count;
  throw new UserError(
    `gate.prometheus.${what} gives ${value}, which is no number of requests: ${query}`,
    "Give the counter itself, for example sum by (pod) (http_requests_total{…}): no rate, no increase, no ratio.",
  );
}

const sameLabels = (a: Series["metric"], b: Series["metric"]): boolean => labelsText(a) === labelsText(b);

const labelsText = ({ __name__: _, ...labels }: Series["metric"]): string =>
  `{${Object.entries(labels)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(", ")}}`;

const nothingFound = (what: keyof CounterQueries, track: TrackName, query: string): UserError =>
  new UserError(
    `gate.prometheus.${what} finds nothing for the ${track === "canary" ? "canary" : "previous version"}: ${query}`,
    what === "requests"
      ? "Try it in Prometheus' own page: is the edge, or are the pods, scraped?"
      : "A counter that is not there before the first failure needs its zero: FAILURES or 0 * REQUESTS.",
  );

const notPaired = (one: string, { metric }: Series, other: string, track: TrackName): UserError =>
  new UserError(
    `gate.prometheus.${one} has ${labelsText(metric)} of ${track}, and ${other} has no series with these labels`,
    "Add both up by the same labels, for example sum by (pod) (…); failures that may be absent need their zero: FAILURES or 0 * REQUESTS.",
  );

const moreFailures = (
  { requests, failed }: ServerCounters,
  { requests: all, failures }: CounterQueries,
): UserError =>
  new UserError(
    `gate.prometheus.failures counts ${failed} where requests counts ${requests}: ${failures} and ${all}`,
    "requests has to count all requests, those that fail among them.",
  );
