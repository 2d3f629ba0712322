import { UserError } from "../errors.ts";
import { TRACKS } from "../model/names.ts";
import type { StagePlan } from "../model/plan.ts";
import { PREVIEW_BACKEND } from "../model/weights.ts";

const TIMEOUT_MS = 5_000;

/** A server as HAProxy's statistics name it: by its pod. */
interface Server {
  readonly pod: string;
  readonly weight: number;
  readonly status: string;
}

/**
 * Percent of the traffic that HAProxy gives the canary's pods at this moment, by its statistics as CSV (HAProxy
 * management guide, section 9.1); undefined when it gives none to either track.
 * @throws UserError when the statistics cannot be read, or are another application's
 */
export async function appliedCanaryShare(statsUrl: string, plan: StagePlan): Promise<number | undefined> {
  const servers = parseServers(await readStatistics(statsUrl));
  if (!servers.some(({ pod }) => TRACKS.some((track) => isPodOf(pod, plan.tracks[track].name)))) {
    throw new UserError(
      `HAProxy's statistics at ${statsUrl} name no pod of ${plan.tracks.previous.name} or ${plan.tracks.canary.name}`,
      "Name the address of the HAProxy that serves this application's Ingress, or leave --stats out.",
    );
  }
  const weightOf = (deployment: string): number =>
    servers
      .filter(({ pod, status }) => isPodOf(pod, deployment) && !/^(DOWN|MAINT)/.test(status))
      .reduce((sum, { weight }) => sum + weight, 0);
  const [previous, canary] = [weightOf(plan.tracks.previous.name), weightOf(plan.tracks.canary.name)];
  if (previous + canary === 0) return undefined;
  // Both Deployments may have the canary version, at the end of a release.
  if (plan.tracks.previous.version === plan.tracks.canary.version) return 100;
  return (100 * canary) / (previous + canary);
}

/** Pods are named after their Deployment and ReplicaSet: `NAME-HASH-SUFFIX`. */
function isPodOf(pod: string, deployment: string): boolean {
  return pod.startsWith(`${deployment}-`) && pod.slice(deployment.length + 1).split("-").length === 2;
}

function parseServers(csv: string): Server[] {
  const [head = "", ...lines] = csv.replace(/^# /, "").split("\n");
  const columns = head.split(",");
  return lines
    .map((line) => line.split(","))
    .map((cells) => (name: string) => cells[columns.indexOf(name)] ?? "")
    .filter((value) => value("type") === "2" && value("pxname") !== PREVIEW_BACKEND)
    .map((value) => ({
      pod: value("svname").replace(/^pod-/, ""),
      weight: Number(value("weight")),
      status: value("status"),
    }));
}

async function readStatistics(url: string): Promise<string> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (!answer.ok) throw new Error(`it answers ${answer.status}`);
    return await answer.text();
  } catch (error) {
    throw new UserError(
      `HAProxy's statistics at ${url} cannot be read: ${(error as Error).message}`,
      "Name the address that gives them as CSV, http://HOST:PORT/;csv, or leave --stats out.",
    );
  }
}
