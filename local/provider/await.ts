/** Waiting until an object is ready, or gone. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Cluster } from "./cluster.ts";
import { ClusterError, failedAs } from "./errors.ts";
import { at, type JsonObject, listAt, textAt } from "./json.ts";
import { annotation, refOf } from "./objects.ts";
import { podProblems } from "./pods.ts";
import { type Readiness, readiness, selectsPods, serviceReadiness, titleOf } from "./readiness.ts";

const POLL_MS = 250;
/** The vendor's default for every kind that this plugin waits for. */
const DEFAULT_TIMEOUT_S = 600;

export interface Waiter {
  readonly cluster: Cluster;
  readonly timeoutSeconds: number;
  /** Aborted when the engine cancels. */
  readonly signal: AbortSignal;
  readonly say: (message: string) => void;
}

/** The annotation, else the resource option (0 when not set), else ten minutes. */
export function timeoutSeconds(object: JsonObject, asked: number): number {
  return Number(annotation(object, "timeoutSeconds")) || asked || DEFAULT_TIMEOUT_S;
}

/** Whether the object is ready now, by itself and by what it depends on in the cluster. */
export async function currentReadiness(
  live: JsonObject,
  cluster: Cluster,
  applied?: JsonObject,
): Promise<Readiness> {
  const own = readiness(live, applied);
  if (own.state !== "ready" || annotation(live, "skipAwait") === "true") return own;
  if (live.kind === "Service" && live.apiVersion === "v1") {
    return serviceReadiness(live, selectsPods(live) ? await endpointSlices(live, cluster) : []);
  }
  if (live.kind === "CustomResourceDefinition") return served(live, cluster);
  return own;
}

function endpointSlices(service: JsonObject, cluster: Cluster): Promise<JsonObject[]> {
  const { namespace, name } = refOf(service);
  const path = `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`;
  return cluster.list(path, { "kubernetes.io/service-name": name });
}

/** Established comes a moment before discovery knows the kind, and the next resource may be one of it. */
async function served(definition: JsonObject, cluster: Cluster): Promise<Readiness> {
  const kind = textAt(definition, "spec", "names", "kind") ?? "";
  const versions = listAt(definition, "spec", "versions").filter((version) => at(version, "served") === true);
  for (const version of versions) {
    const apiVersion = `${textAt(definition, "spec", "group")}/${textAt(version, "name")}`;
    const known = await cluster.isNamespaced(apiVersion, kind).then(
      () => true,
      (error: unknown) => {
        if (failedAs(error, "no-match")) return false;
        throw error;
      },
    );
    if (!known) return { state: "waiting", reason: `Waiting for ${apiVersion} ${kind} to be served` };
  }
  return { state: "ready" };
}

export interface Outcome {
  /** The object as it was last seen. */
  readonly live: JsonObject;
  /** Why it is not ready; none when it is. */
  readonly reasons: readonly string[];
}

/** Waits for an object that was just applied. An API server that goes away is waited for as well. */
export async function untilReady(applied: JsonObject, waiter: Waiter): Promise<Outcome> {
  const deadline = Date.now() + waiter.timeoutSeconds * 1000;
  const notReady = (live: JsonObject, reason: string): Outcome => {
    return { live, reasons: [`${titleOf(applied)}: ${reason}`] };
  };
  let live = applied;
  let said = "";
  for (;;) {
    const now = await observed(() => currentReadiness(live, waiter.cluster, applied));
    if (now.state === "ready") return ready(live, waiter, said !== "");
    const over = now.state === "failed" ? "" : ended(waiter, deadline);
    if (over !== undefined) return withPodProblems(notReady(live, over + now.reason), waiter.cluster);
    if (now.reason !== said) waiter.say(now.reason);
    said = now.reason;
    await pause(waiter.signal);
    const next = await latest(live, waiter.cluster).catch(asValue);
    if (next instanceof ClusterError) return notReady(live, next.message);
    if (!next) return notReady(live, "was deleted while waiting for it");
    live = next;
  }
}

/** The last status line stays beside the resource: it must not be one that says "waiting". */
function ready(live: JsonObject, waiter: Waiter, hasWaited: boolean): Outcome {
  if (hasWaited) waiter.say(`${live.kind} is ready`);
  return { live, reasons: [] };
}

function asValue(error: unknown): ClusterError {
  if (error instanceof ClusterError) return error;
  throw error;
}

async function withPodProblems({ live, reasons }: Outcome, cluster: Cluster): Promise<Outcome> {
  return { live, reasons: [...reasons, ...(await podProblems(live, cluster))] };
}

/** Why waiting ends although the object is not ready; undefined while it goes on. */
function ended(waiter: Waiter, deadline: number): string | undefined {
  if (waiter.signal.aborted) return "cancelled while: ";
  return Date.now() > deadline ? `timed out after ${waiter.timeoutSeconds} s: ` : undefined;
}

async function pause(signal: AbortSignal): Promise<void> {
  await sleep(POLL_MS, undefined, { signal }).catch(() => undefined);
}

/** A refusal ends the wait, since it will not get better; an API server that does not answer may come back. */
async function observed(look: () => Promise<Readiness>): Promise<Readiness> {
  try {
    return await look();
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    return { state: error.failure === "unreachable" ? "waiting" : "failed", reason: error.message };
  }
}

/** The same object now; the one of before when nobody answers; undefined when it is gone or another one. */
async function latest(live: JsonObject, cluster: Cluster): Promise<JsonObject | undefined> {
  const next = await cluster.get(refOf(live)).catch((error: unknown) => {
    if (failedAs(error, "unreachable")) return live;
    throw error;
  });
  return next && uid(next) === uid(live) ? next : undefined;
}

function uid(object: JsonObject): string | undefined {
  return textAt(object, "metadata", "uid");
}

/** Waits until a deleted object is gone. @throws ClusterError "conflict" when it stays, naming what holds it */
export async function untilGone(live: JsonObject, waiter: Waiter): Promise<void> {
  const deadline = Date.now() + waiter.timeoutSeconds * 1000;
  for (;;) {
    const now = await latest(live, waiter.cluster);
    if (!now) return;
    const over = ended(waiter, deadline);
    if (over !== undefined) {
      const finalizers = [...listAt(now, "metadata", "finalizers"), ...listAt(now, "spec", "finalizers")];
      const holders = finalizers.length > 0 ? ` (finalizers: ${finalizers.join(", ")})` : "";
      throw new ClusterError("conflict", `${over}${titleOf(now)} is still being deleted${holders}`);
    }
    await pause(waiter.signal);
  }
}
