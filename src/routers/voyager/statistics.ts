import type { PerTrack } from "../../model/traffic.ts";

/** HAProxy's backend that shows the canary alone: its servers have weights too, but take no part in the split. */
export const PREVIEW_BACKEND = "preview";

/** What a running HAProxy says of one server. */
export interface HaproxyServer {
  readonly backend: string;
  /** Name of the server's pod. */
  readonly pod: string;
  /** Weight as it is applied, 0 to 256, whether the server takes traffic or not. */
  readonly weight: number;
  /** `UP`, `UP 2/3`, `no check`, `NOLB`, `DRAIN`, `DOWN`, `DOWN 1/2`, `MAINT`, `MAINT (via …)`, … */
  readonly status: string;
  /** A backup server takes traffic only while no other server of its backend can. */
  readonly backup: boolean;
  /** Requests that it was given since HAProxy began, without those that its client gave up. */
  readonly requests: number;
  /** Those of them that failed. */
  readonly failed: number;
  /** `rtime`: moving average of its response times in whole milliseconds. */
  readonly averageMs: number;
  /** `scur`: requests that it works on now. */
  readonly waiting: number;
  /** `wredis`: requests that were given to another server in its place. */
  readonly redispatched: number;
}

/**
 * Reads the servers out of HAProxy's statistics as CSV (management guide, section 9.1): the first line names the
 * columns. What a health check said (`last_chk`) may have commas, and stands in quotes then.
 * @throws Error for a number that is none
 */
export function parseStatistics(csv: string): HaproxyServer[] {
  const [head = "", ...lines] = csv.replace(/^# /, "").split("\n");
  const columns = head.split(",");
  return lines
    .map(cellsOf)
    .map((cells) => (name: string) => cells[columns.indexOf(name)] ?? "")
    .filter((value) => value("type") === SERVER)
    .map((value) => ({
      backend: value("pxname"),
      pod: value("svname").replace(/^pod-/, ""),
      weight: countIn(value, "weight"),
      status: value("status"),
      backup: value("bck") === "1",
      ...requestsOf((name) => countIn(value, name)),
      averageMs: countIn(value, "rtime"),
      waiting: countIn(value, "scur"),
      redispatched: countIn(value, "wredis"),
    }));
}

/** A column that HAProxy leaves empty, or does not have, counts nothing. */
function countIn(value: (column: string) => string, column: string): number {
  const text = value(column);
  if (/^\d{0,15}$/.test(text)) return Number(text);
  throw new Error(`${column} of ${value("svname")} is ${JSON.stringify(text)}, which is no count`);
}

const cellsOf = (line: string): string[] =>
  [...line.matchAll(/(?:^|,)("(?:[^"]|"")*"|[^,]*)/g)].map(([, cell = ""]) => cell);

/**
 * Requests of a server. What HAProxy itself answers for it (502, 503, 504) stands in no `hrsp_5xx` of the server: a closed or
 * timed-out answer counts in `eresp` alone, a refused connection in `econ`. A body that was cut off is a 2xx and an
 * `eresp`. Measured on HAProxy 2.6.12; names of the columns in its management guide, section 9.1.
 */
function requestsOf(count: (column: string) => number): Pick<HaproxyServer, "requests" | "failed"> {
  const answers = ["hrsp_2xx", "hrsp_3xx", "hrsp_4xx", "hrsp_5xx", "hrsp_other"].reduce(
    (sum, column) => sum + count(column),
    0,
  );
  const broken = count("eresp") + count("econ");
  return {
    requests: Math.max(0, answers + broken - count("srv_abrt")),
    failed: count("hrsp_5xx") + count("hrsp_other") + broken,
  };
}

const SERVER = "2";

/**
 * The part of new connections that a server draws against others. One that is up, on its way down as well, or that
 * nobody checks has its weight; drained, down or in maintenance it has none, whatever its weight says.
 */
export function drawnWeight({ status, weight, backup }: HaproxyServer): number {
  return /^(UP|no check)/.test(status) && !backup ? weight : 0;
}

/** Percent of the traffic that HAProxy gives the canary's pods; undefined when it gives none to either Deployment. */
export function appliedShare(
  servers: readonly HaproxyServer[],
  deployments: PerTrack<string>,
): number | undefined {
  const weightOf = (deployment: string): number =>
    servers
      .filter(({ backend, pod }) => backend !== PREVIEW_BACKEND && isPodOf(pod, deployment))
      .reduce((sum, server) => sum + drawnWeight(server), 0);
  const canary = weightOf(deployments.canary);
  const all = canary + weightOf(deployments.previous);
  return all === 0 ? undefined : (100 * canary) / all;
}

/** Pods are named after their Deployment and ReplicaSet: `NAME-HASH-SUFFIX`. */
export function isPodOf(pod: string, deployment: string): boolean {
  return pod.startsWith(`${deployment}-`) && pod.slice(deployment.length + 1).split("-").length === 2;
}
