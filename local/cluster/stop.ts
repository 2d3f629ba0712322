import { rm } from "node:fs/promises";
import { execa } from "execa";
import { forget, readLedger } from "../process/ledger.ts";
import { kill, stop } from "../process/processes.ts";
import { until } from "../process/until.ts";
import { removeCgroup } from "./cgroups.ts";
import { COMPONENTS } from "./components.ts";
import { layoutOf } from "./layout.ts";
import { findLink } from "./link.ts";
import { NAMESPACE } from "./namespace.ts";
import { networkPlan } from "./network.ts";
import { type ClusterRecord, cgroupOf, readRecord, removeRecord } from "./record.ts";
import { LOAD_BALANCER } from "./start.ts";

const LINK_GONE_WITHIN_MS = 10_000;

/**
 * Undoes everything that is recorded of a cluster. With the namespaces' first process the kernel ends every other
 * process in them, and with the last one their mounts, links, routes and firewall rules.
 * @param keepLogs leave the files, for a look at why a start failed
 */
export async function takeDown(stateDir: string, keepLogs = false): Promise<void> {
  const layout = layoutOf(stateDir);
  const record = readRecord(stateDir);
  await stopProcesses(stateDir);
  if (record) {
    await removeLink(record);
    await removeCgroup(cgroupOf(record));
  }
  await rm(layout.kubeconfig, { force: true });
  if (keepLogs) removeRecord(stateDir);
  else await rm(layout.root, { recursive: true, force: true });
}

async function stopProcesses(stateDir: string): Promise<void> {
  const inside: readonly string[] = COMPONENTS;
  const entries = readLedger(stateDir);
  for (const entry of entries.filter(({ name }) => name === LOAD_BALANCER)) await stop(stateDir, entry);
  for (const entry of entries.filter(({ name }) => name === NAMESPACE)) {
    await kill(entry);
    forget(stateDir, entry);
  }
  for (const entry of entries.filter(({ name }) => inside.includes(name))) {
    await kill(entry);
    forget(stateDir, entry);
  }
}

/** The kernel removes the link soon after the namespaces; one that something else keeps alive is removed here. */
async function removeLink({ subnet, linkIndex }: ClusterRecord): Promise<void> {
  if (subnet === undefined || linkIndex === undefined) return;
  const { link } = networkPlan(subnet);
  const gone = await until(async () => (await findLink(link)) !== linkIndex, {
    timeoutMs: LINK_GONE_WITHIN_MS,
  });
  if (!gone) await execa("ip", ["link", "delete", "dev", link]);
}
