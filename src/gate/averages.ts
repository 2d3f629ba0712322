import type { Reading, ServerCounters } from "./counters.ts";
import {
  blockMean,
  isSlower,
  type LatencyEvidence,
  latencyEvidence,
  noLatencyEvidence,
  SPAN,
  withBlock,
} from "./latency.ts";
import type { LatencyParameters } from "./parameters.ts";

/** A block is at least so long … */
export const BLOCK_SECONDS = 15;
/** … and a server takes part in it that had so many requests meanwhile: half of what the average spans. */
const BLOCK_REQUESTS = SPAN / 2;

/** A reading of every server, so many seconds after the soak began. */
export interface ReadAt {
  readonly seconds: number;
  readonly reading: Reading;
}

/** What a data plane's moving averages have shown so far. */
export interface Averages {
  readonly evidence: LatencyEvidence;
  /** Where the block began that goes on; undefined while no server of one of the versions is warm. */
  readonly from: ReadAt | undefined;
  /** Mean response times of the last block, in milliseconds; undefined before the first. */
  readonly last: { readonly canary: number; readonly previous: number } | undefined;
}

export const noAverages = (parameters: LatencyParameters): Averages => ({
  evidence: noLatencyEvidence(parameters),
  from: undefined,
  last: undefined,
});

/**
 * Adds a reading: it ends a block where that is long enough, and both versions had requests enough in it.
 * @param planned blocks that the soak is planned for
 */
export function withAverages(
  averages: Averages,
  now: ReadAt,
  planned: number,
  parameters: LatencyParameters,
): Averages {
  const { from, evidence } = averages;
  if (!from) return { ...averages, from: beginAt(now) };
  const servers = grownBetween(from.reading, now.reading);
  // All of a version's pods are new, or their counters began anew: this block cannot end any more.
  if (!hasBoth(servers)) return { ...averages, from: beginAt(now) };
  const counted = servers.filter(({ requests }) => requests >= BLOCK_REQUESTS);
  if (now.seconds - from.seconds < BLOCK_SECONDS || !hasBoth(counted)) return averages;
  const last = { canary: meanOf(counted, "canary"), previous: meanOf(counted, "previous") };
  const slower = isSlower(last.canary, last.previous, parameters);
  return { evidence: withBlock(evidence, slower, planned, parameters), from: beginAt(now), last };
}

/** How strong the averages speak for a canary that is slower than it may be; 0 before the first block. */
export const averagesEvidence = ({ evidence }: Averages): number => latencyEvidence(evidence);

/** The average of a server that has had fewer requests than it spans is one of another kind. */
function beginAt({ seconds, reading }: ReadAt): ReadAt | undefined {
  const warm = Object.entries(reading).filter(
    ([, { averageMs, requests }]) => averageMs !== undefined && requests >= SPAN,
  );
  return hasBoth(warm.map(([, server]) => server))
    ? { seconds, reading: Object.fromEntries(warm) }
    : undefined;
}

interface Grown {
  readonly track: ServerCounters["track"];
  readonly requests: number;
  readonly meanMs: number;
}

function grownBetween(before: Reading, after: Reading): Grown[] {
  return Object.entries(before).flatMap(([name, earlier]) => {
    const now = after[name];
    const requests = (now?.requests ?? 0) - earlier.requests;
    if (now?.averageMs === undefined || earlier.averageMs === undefined || requests < 0) return [];
    const meanMs = requests === 0 ? 0 : blockMean(earlier.averageMs, now.averageMs, requests);
    return [{ track: now.track, requests, meanMs }];
  });
}

const hasBoth = (servers: readonly Pick<Grown, "track">[]): boolean =>
  (["canary", "previous"] as const).every((track) => servers.some((server) => server.track === track));

function meanOf(servers: readonly Grown[], track: Grown["track"]): number {
  const own = servers.filter((server) => server.track === track);
  const all = own.reduce((sum, { requests }) => sum + requests, 0);
  return own.reduce((sum, { requests, meanMs }) => sum + requests * meanMs, 0) / all;
}
