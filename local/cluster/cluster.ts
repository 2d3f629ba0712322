import { UserError } from "../../src/errors.ts";
import { ensureImages } from "../images/images.ts";
import { EDGE_PACKAGES } from "../machine/debian-packages.mjs";
import { requireMachine } from "../machine/require-machine.ts";
import type { Progress } from "../process/progress.ts";
import { sideBySide } from "../process/side-by-side.ts";
import { CONTEXT } from "./certificates.ts";
import { serverUrl } from "./components.ts";
import { layoutOf } from "./layout.ts";
import { withLock } from "./lock.ts";
import { containerdSocketOf, findNode, type Node } from "./node.ts";
import { CLUSTER_PACKAGES, ensurePackages } from "./packages.ts";
import { ensureKubernetes, type Kubernetes } from "./programs.ts";
import { readinessOf } from "./readiness.ts";
import { bringUp, importImages as importInto, prepare } from "./start.ts";
import { takeDown } from "./stop.ts";

/** A running one-node Kubernetes of this machine. */
export interface Cluster {
  stateDir: string;
  /** Random; another one means another cluster, with nothing of the last one in it. */
  id: string;
  /** Path of a file with the administrator's credentials. */
  kubeconfig: string;
  /** Path of the same for the local environment's own programs, so that its requests can be told apart. */
  machinery: string;
  context: string;
  server: string;
  /** Kubernetes' version, without a leading "v". */
  version: string;
  podCidr: string;
  loadBalancerCidr: string;
  containerdSocket: string;
}

/**
 * Brings the cluster of a state folder up, or finds it running; what is left of one that crashed is removed first.
 * Aborting `signal` takes down what was started so far.
 * @param stateDir absolute path
 * @param supplies what it is made of; found, downloaded or built where not given
 * @throws UserError when the machine cannot hold a cluster, or when another process is starting or stopping this one
 */
export async function startCluster(
  stateDir: string,
  progress: Progress,
  signal?: AbortSignal,
  supplies?: ClusterSupplies,
): Promise<Cluster> {
  await requireMachine(stateDir);
  const parts = { stateDir, ...(supplies ?? (await ensureClusterSupplies(progress, signal))) };
  const work = () => startLocked(parts, progress, signal);
  return withLock(layoutOf(stateDir).lock, isBusy, work);
}

/** What has to be on this machine before a cluster can start on it. */
export interface ClusterSupplies {
  readonly tools: Kubernetes;
  /** Images to import. */
  readonly archives: readonly string[];
}

/**
 * Finds, downloads or builds what clusters are made of: Debian's packages, Kubernetes' programs and the images.
 * @throws UserError when something cannot be had; the signal's reason when it aborts
 */
export async function ensureClusterSupplies(
  progress: Progress,
  signal?: AbortSignal,
): Promise<ClusterSupplies> {
  const images = async (stop: AbortSignal) => {
    // The edge's as well: apt-get is asked once, while something else is compiled.
    await ensurePackages({ ...CLUSTER_PACKAGES, ...EDGE_PACKAGES }, progress);
    stop.throwIfAborted();
    return progress.step("Images", () => ensureImages(progress, stop));
  };
  const [tools, archives] = await sideBySide(signal, (stop) => [
    ensureKubernetes(progress, stop),
    images(stop),
  ]);
  return { tools, archives };
}

/** Takes the cluster of a state folder down, or what is left of it; does nothing if there is none. */
export async function stopCluster(stateDir: string, progress: Progress): Promise<void> {
  await withLock(layoutOf(stateDir).lock, isBusy, () =>
    progress.step("Taking the cluster down", () => takeDown(stateDir)),
  );
}

/** The cluster of a state folder, if it runs and answers. */
export async function findCluster(stateDir: string): Promise<Cluster | undefined> {
  const node = findNode(stateDir);
  if (!node) return undefined;
  const ready = await readinessOf(node);
  return (await ready.cluster()) ? clusterOf(node) : undefined;
}

/** Imports archives of further images into the running cluster of a state folder. */
export async function importImages(
  stateDir: string,
  archives: readonly string[],
  signal?: AbortSignal,
): Promise<void> {
  const node = findNode(stateDir);
  if (!node) throw new Error(`no cluster runs in ${stateDir}`);
  await importInto(node, archives, signal);
}

/** What a start has at hand. */
interface Parts extends ClusterSupplies {
  readonly stateDir: string;
}

async function startLocked(
  { stateDir, tools, archives }: Parts,
  progress: Progress,
  signal?: AbortSignal,
): Promise<Cluster> {
  const running = findNode(stateDir);
  if (!running) await takeDown(stateDir);
  try {
    signal?.throwIfAborted();
    return await progress.step("Kubernetes", async (note) => {
      note("namespaces and certificates");
      const node = running ?? (await prepare(stateDir, tools));
      note("components");
      await bringUp(node, archives, signal);
      return clusterOf(node);
    });
  } catch (error) {
    // What was running before may hold somebody's work; what was started here does not.
    if (running && !signal?.aborted) throw cannotRepair(stateDir, error);
    if (!running) await takeDown(stateDir, true);
    throw error;
  }
}

function clusterOf({ stateDir, record, init, network }: Node): Cluster {
  const layout = layoutOf(stateDir);
  return {
    stateDir,
    id: record.id,
    kubeconfig: layout.kubeconfig,
    machinery: layout.machinery,
    context: CONTEXT,
    server: serverUrl(network),
    version: record.version,
    podCidr: network.podCidr,
    loadBalancerCidr: network.loadBalancerCidr,
    containerdSocket: containerdSocketOf(init),
  };
}

function isBusy({ pid }: { pid: number }): UserError {
  return new UserError(
    `Process ${pid} is starting or stopping the local cluster of this state folder.`,
    "Wait until it has ended, or use another state folder.",
  );
}

function cannotRepair(stateDir: string, cause: unknown): UserError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new UserError(
    `The cluster that runs in ${stateDir} does not get ready: ${reason}`,
    "Take it down (npm run local:down) and start again.",
  );
}
