/** What enforces NetworkPolicies on the local cluster, where somebody asks for it: by itself it has no such thing. */
import { join } from "node:path";
import { NODE_NAME } from "../cluster/certificates.ts";
import { INSIDE, layoutOf } from "../cluster/layout.ts";
import { COMPONENT_ENV, enter } from "../cluster/namespace.ts";
import { findNode } from "../cluster/node.ts";
import { ensurePackages } from "../cluster/packages.ts";
import { filledOnce, isPresent, toolDir } from "../engine/cache.ts";
import { goBuild } from "../engine/go.ts";
import { IPSET_PACKAGES } from "../machine/debian-packages.mjs";
import { TOOLS } from "../paths.ts";
import { findProcess } from "../process/ledger.ts";
import { lengthOf, writtenSince } from "../process/logs.ts";
import { isAlive, start } from "../process/processes.ts";
import type { Progress } from "../process/progress.ts";
import { until } from "../process/until.ts";

/** The version that local/tools/network-policies/go.mod pins: the one that Go's proxy serves. */
export const KUBE_ROUTER_VERSION = "2.1.0";

const MODULES = join(TOOLS, "network-policies");
const PROCESS = "network-policies";
const START_MS = 20_000;

/** Ports of nodes, which this cluster gives to nobody's pods. */
const NODE_PORTS = "30000-32767";

/**
 * Has the cluster of a state folder enforce NetworkPolicies from now on, by kube-router's controller; it ends with the
 * cluster. Builds it where the cache does not have it.
 * @throws Error when it does not start, in its own words
 */
export async function enforceNetworkPolicies(stateDir: string, progress: Progress): Promise<void> {
  const node = findNode(stateDir);
  if (!node) throw new Error(`no cluster runs in ${stateDir}`);
  if (findProcess(stateDir, PROCESS)) return;
  await ensurePackages(IPSET_PACKAGES, progress);
  const program = await ensureProgram(progress);
  await progress.step("enforcing network policies", async () => {
    const log = join(layoutOf(stateDir).logs, `${PROCESS}.log`);
    const logged = lengthOf(log);
    const { serviceCidr } = node.network;
    const command = [
      program,
      `--kubeconfig=${INSIDE.config}/machinery.kubeconfig`,
      `--hostname-override=${NODE_NAME}`,
      `--service-cluster-ip-range=${serviceCidr}`,
      `--service-node-port-range=${NODE_PORTS}`,
    ];
    const options = { log, env: COMPONENT_ENV, wrapper: enter(node.init) };
    const entry = await start(stateDir, PROCESS, command, options);
    const isReady = () => writtenSince(log, logged).includes("policies are known");
    await until(() => isReady() || !isAlive(entry), { timeoutMs: START_MS });
    if (isReady() && isAlive(entry)) return;
    throw new Error(`what enforces network policies did not start. It said:\n${writtenSince(log, logged)}`);
  });
}

async function ensureProgram(progress: Progress): Promise<string> {
  const folder = await toolDir("network-policies", KUBE_ROUTER_VERSION, MODULES);
  if (!(await isPresent(folder))) {
    await progress.step("Building kube-router's network policy controller (once, minutes)", () =>
      filledOnce(folder, (temporary) =>
        goBuild({ moduleDir: MODULES, package: ".", diskGibibytes: 2 }, join(temporary, PROCESS), progress),
      ),
    );
  }
  return join(folder, PROCESS);
}
