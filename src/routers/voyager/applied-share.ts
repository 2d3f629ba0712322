import { UserError } from "../../errors.ts";
import type { Reading } from "../../gate/counters.ts";
import { request } from "../../http/request.ts";
import { TRACKS } from "../../model/names.ts";
import type { StagePlan } from "../../model/plan.ts";
import type { DataPlane } from "../live-share.ts";
import { exporterQueries } from "./exporter.ts";
import { appliedShare, type HaproxyServer, isPodOf, PREVIEW_BACKEND, parseStatistics } from "./statistics.ts";

/** HAProxy, as the rest of the program asks it. */
export const haproxy: DataPlane = {
  name: "HAProxy",
  statistics: "HAProxy's statistics as CSV, http://HOST:PORT/;csv",
  tellsNamespaces: false,
  appliedShare: (url, { plan }) => appliedCanaryShare(url, plan),
  counters: (url, { plan }) => readCounters(url, plan),
  queries: exporterQueries,
};

const TIMEOUT_MS = 5_000;

/**
 * Percent of the traffic that HAProxy gives the canary's pods at this moment; undefined when it gives none to either
 * track.
 * @throws UserError when the statistics cannot be read, or are another application's
 */
export async function appliedCanaryShare(statsUrl: string, plan: StagePlan): Promise<number | undefined> {
  const { previous, canary } = plan.tracks;
  const servers = await serversOf(statsUrl, plan);
  const share = appliedShare(servers, { previous: previous.name, canary: canary.name });
  // Both Deployments may have the canary version, at the end of a release.
  return share !== undefined && previous.version === canary.version ? 100 : share;
}

/**
 * Requests of each of the application's pods, as one HAProxy counts them.
 * @throws UserError when the statistics cannot be read, or are another application's
 */
export async function readCounters(statsUrl: string, plan: StagePlan): Promise<Reading> {
  const servers = await serversOf(statsUrl, plan);
  const counters = servers.flatMap(({ backend, pod, ...server }) => {
    const track = TRACKS.find((name) => isPodOf(pod, plan.tracks[name].name));
    if (!track) return [];
    const { requests, failed, averageMs, waiting, redispatched } = server;
    const counted = { track, requests, failed, averageMs, waiting, redispatched };
    return [[`${statsUrl} ${backend} ${pod}`, counted] as const];
  });
  return Object.fromEntries(counters);
}

/** The servers of the split, without those of the preview entrance. @throws UserError where none is of this application */
async function serversOf(statsUrl: string, { tracks }: StagePlan): Promise<HaproxyServer[]> {
  const servers = (await readServers(statsUrl)).filter(({ backend }) => backend !== PREVIEW_BACKEND);
  if (servers.some(({ pod }) => TRACKS.some((track) => isPodOf(pod, tracks[track].name)))) return servers;
  throw new UserError(
    `HAProxy's statistics at ${statsUrl} name no pod of ${tracks.previous.name} or ${tracks.canary.name}`,
    "Name the address of the HAProxy that serves this application's Ingress, or leave --stats out.",
  );
}

/**
 * The servers of a running HAProxy, from its statistics as CSV.
 * @throws UserError when they cannot be read
 */
export async function readServers(url: string): Promise<HaproxyServer[]> {
  try {
    const { status, text } = await request(new URL(url), { timeoutMs: TIMEOUT_MS });
    if (status !== 200) throw new Error(`it answers ${status}`);
    return parseStatistics(text);
  } catch (error) {
    throw new UserError(
      `HAProxy's statistics at ${url} cannot be read: ${(error as Error).message}`,
      "Name the address that gives them as CSV, http://HOST:PORT/;csv, or leave --stats out.",
    );
  }
}
