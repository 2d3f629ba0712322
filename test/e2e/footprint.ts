import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { cgroupMounts } from "../../local/cluster/cgroups.ts";
import type { NetworkPlan } from "../../local/cluster/network.ts";
import { type ClusterRecord, cgroupOf } from "../../local/cluster/record.ts";

/** Folders of the host that a Kubernetes node usually writes to. */
const NODE_FOLDERS = [
  "/run",
  "/run/netns",
  "/var/lib",
  "/var/lib/cni",
  "/var/lib/kubelet",
  "/var/log",
  "/etc/cni",
];

/** What of this machine a cluster may not change, as lines: mounts, firewall rules, names in the host's folders. */
export async function hostState(): Promise<string[]> {
  const { stdout } = await execa("iptables-save");
  // Counters and the time of the listing change by themselves.
  const rules = stdout.split("\n").filter((line) => !line.startsWith("#"));
  return [
    ...readFileSync("/proc/self/mounts", "utf8").trim().split("\n"),
    ...rules.map((line) => line.replace(/\[\d+:\d+\]/, "")),
    ...NODE_FOLDERS.flatMap((folder) => namesIn(folder).map((name) => join(folder, name))),
  ];
}

/** What there is of one cluster: its link, its routes, its cgroups, and the processes of its PID namespace. */
export async function tracesOf(
  record: ClusterRecord,
  network: NetworkPlan,
  pidNamespace: string,
): Promise<string[]> {
  const [links, routes] = await Promise.all([
    execa("ip", ["-oneline", "link", "show"]),
    execa("ip", ["route", "show", "table", "all"]),
  ]);
  const mounts = cgroupMounts(readFileSync("/proc/self/mounts", "utf8"));
  const cgroups = mounts.flatMap((mount) => namesIn(mount).map((name) => join(mount, name)));
  return [
    ...links.stdout.split("\n").filter((line) => line.includes(` ${network.link}@`)),
    ...routes.stdout.split("\n").filter((line) => line.includes(` ${network.link} `)),
    ...cgroups.filter((path) => path.endsWith(`/${cgroupOf(record)}`)),
    ...processesIn(pidNamespace),
  ];
}

/** The id of a process's PID namespace. */
export function pidNamespaceOf({ pid }: { pid: number }): string {
  return readlinkSync(`/proc/${pid}/ns/pid`);
}

function processesIn(pidNamespace: string): string[] {
  return namesIn("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        if (readlinkSync(`/proc/${pid}/ns/pid`) !== pidNamespace) return [];
        return [readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim()];
      } catch {
        // It ended while it was looked at.
        return [];
      }
    });
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
