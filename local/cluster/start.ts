import { randomBytes } from "node:crypto";
import { basename, dirname, join } from "node:path";
import { execa } from "execa";
import { PROJECT_ROOT } from "../paths.ts";
import { findProcess, forget, readLedger } from "../process/ledger.ts";
import { start } from "../process/processes.ts";
import { isAlive } from "../process/procfs.ts";
import { createCertificates, writeKubeconfig } from "./certificates.ts";
import { createCgroup } from "./cgroups.ts";
import { COMPONENTS, type ComponentName, commandOf, serverUrl } from "./components.ts";
import { writeConfigFiles } from "./config-files.ts";
import { layoutOf } from "./layout.ts";
import { connect, findLink } from "./link.ts";
import { COMPONENT_ENV, enter, startNamespace } from "./namespace.ts";
import { containerdSocketOf, type Node } from "./node.ts";
import type { Kubernetes } from "./programs.ts";
import { readinessOf, waitFor } from "./readiness.ts";
import { type ClusterRecord, cgroupOf, writeRecord } from "./record.ts";

/** The ledger's name of the process that gives addresses to LoadBalancer Services. */
export const LOAD_BALANCER = "load-balancer";

/** Images are imported from this machine's disk in a second or two. */
const IMPORT_WITHIN_S = 60;

/** Makes the namespaces, their network and all files of a new cluster; no component runs yet. */
export async function prepare(stateDir: string, kubernetes: Kubernetes): Promise<Node> {
  const layout = layoutOf(stateDir);
  const id = randomBytes(4).toString("hex");
  const fresh: ClusterRecord = { id, version: kubernetes.version };
  writeRecord(stateDir, fresh);
  await createCgroup(cgroupOf(fresh));
  const init = await startNamespace(stateDir, kubernetes.folder);
  const network = await connect(init, Number.parseInt(id, 16));
  const connected = { ...fresh, subnet: network.subnet, linkIndex: await findLink(network.link) };
  writeRecord(stateDir, connected);
  await Promise.all([
    writeConfigFiles(layout.config, network, cgroupOf(fresh)),
    createCertificates(layout.pki, network),
  ]);
  await writeKubeconfigs(stateDir, serverUrl(network));
  const record = { ...connected, prepared: true };
  writeRecord(stateDir, record);
  return { stateDir, record, init, network };
}

/**
 * Starts what of a cluster does not run, and waits until pods can be made and reached.
 * @param archives images to import
 * @throws Error with the end of a component's log when it ends
 */
export async function bringUp(node: Node, archives: readonly string[], signal?: AbortSignal): Promise<void> {
  const { stateDir } = node;
  const ready = await readinessOf(node);
  forgetEnded(stateDir);
  for (const name of ["etcd", "containerd", "kube-apiserver"] as const) await startComponent(node, name);
  await Promise.all([
    waitFor(stateDir, "containerd", ready.containerd, signal).then(() =>
      importImages(node, archives, signal),
    ),
    waitFor(stateDir, "API server", ready.api, signal),
  ]);
  await startMissing(node);
  await startLoadBalancer(node);
  await waitFor(stateDir, "cluster", ready.cluster, signal);
}

/** Starts every component that does not run, also one whose end nobody expected. */
export async function startMissing(node: Node): Promise<void> {
  forgetEnded(node.stateDir);
  for (const name of COMPONENTS) await startComponent(node, name);
}

/** Starts one component in the cluster's namespaces, unless it runs. */
async function startComponent({ stateDir, init, network }: Node, name: ComponentName): Promise<void> {
  if (findProcess(stateDir, name)) return;
  const log = join(layoutOf(stateDir).logs, `${name}.log`);
  await start(stateDir, name, commandOf(name, network), { log, env: COMPONENT_ENV, wrapper: enter(init) });
}

/** A component that ended before is no reason to give up; one that ends from now on is. */
function forgetEnded(stateDir: string): void {
  const ours: readonly string[] = COMPONENTS;
  const ended = readLedger(stateDir).filter((entry) => ours.includes(entry.name) && !isAlive(entry));
  for (const entry of ended) forget(stateDir, entry);
}

async function startLoadBalancer({ stateDir, network }: Node): Promise<void> {
  if (findProcess(stateDir, LOAD_BALANCER)) return;
  const layout = layoutOf(stateDir);
  const program = join(import.meta.dirname, "load-balancer-main.ts");
  const command = [process.execPath, program, layout.machinery, network.loadBalancerCidr];
  await start(stateDir, LOAD_BALANCER, command, {
    log: join(layout.logs, `${LOAD_BALANCER}.log`),
    cwd: PROJECT_ROOT,
  });
}

/**
 * Imports archives of images, those that are there already as well.
 *
 * A start that was killed may have left its `ctr` at work, and of two imports of the same image at once one fails: each
 * takes a lock for its archive first. The lock lies beside the socket of this very containerd: a `ctr` whose containerd was
 * killed waits for it for as long as it may, and must hold up no other cluster.
 */
export async function importImages(
  { init }: Node,
  archives: readonly string[],
  signal?: AbortSignal,
): Promise<void> {
  const socket = containerdSocketOf(init);
  const ctr = ["ctr", "--timeout", `${IMPORT_WITHIN_S}s`, "--address", socket, "--namespace", "k8s.io"];
  await Promise.all(
    archives.map((archive) => {
      const lock = join(dirname(socket), `${basename(archive)}.lock`);
      const words = ["--no-fork", lock, ...ctr, "images", "import", archive];
      return execa("flock", words, { cancelSignal: signal });
    }),
  ).catch((error: unknown) => {
    signal?.throwIfAborted();
    throw error;
  });
}

async function writeKubeconfigs(stateDir: string, server: string): Promise<void> {
  const { pki, config, kubeconfig, machinery } = layoutOf(stateDir);
  const components = ["controller-manager", "scheduler", "kubelet", "proxy"] as const;
  await Promise.all([
    writeKubeconfig(kubeconfig, server, pki, "admin"),
    writeKubeconfig(machinery, server, pki, "machinery"),
    ...components.map((name) => writeKubeconfig(join(config, `${name}.kubeconfig`), server, pki, name)),
  ]);
}
