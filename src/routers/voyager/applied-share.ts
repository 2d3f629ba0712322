import { UserError } from "../../errors.ts";
import { request } from "../../http/request.ts";
import { TRACKS } from "../../model/names.ts";
import type { StagePlan } from "../../model/plan.ts";
import type { DataPlane } from "../live-share.ts";
import { appliedShare, type HaproxyServer, isPodOf, PREVIEW_BACKEND, parseStatistics } from "./statistics.ts";

/** HAProxy, as the rest of the program asks it. */
export const haproxy: DataPlane = {
  name: "HAProxy",
  statistics: "HAProxy's statistics as CSV, http://HOST:PORT/;csv",
  appliedShare: appliedCanaryShare,
};

const TIMEOUT_MS = 5_000;

/**
 * Percent of the traffic that HAProxy gives the canary's pods at this moment; undefined when it gives none to either
 * track.
 * @throws UserError when the statistics cannot be read, or are another application's
 */
export async function appliedCanaryShare(statsUrl: string, plan: StagePlan): Promise<number | undefined> {
  const { previous, canary } = plan.tracks;
  const servers = (await readServers(statsUrl)).filter(({ backend }) => backend !== PREVIEW_BACKEND);
  if (!servers.some(({ pod }) => TRACKS.some((track) => isPodOf(pod, plan.tracks[track].name)))) {
    throw new UserError(
      `HAProxy's statistics at ${statsUrl} name no pod of ${previous.name} or ${canary.name}`,
      "Name the address of the HAProxy that serves this application's Ingress, or leave --stats out.",
    );
  }
  const share = appliedShare(servers, { previous: previous.name, canary: canary.name });
  // Both Deployments may have the canary version, at the end of a release.
  return share !== undefined && previous.version === canary.version ? 100 : share;
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
