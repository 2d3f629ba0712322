import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { cgroupMounts } from "../../../local/cluster/cgroups.ts";
import type { NetworkPlan } from "../../../local/cluster/network.ts";
import { type ClusterRecord, cgroupOf } from "../../../local/cluster/record.ts";

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

/** The CPU weight of all pods of a cluster together, once for each hierarchy that has one. */
export function cpuWeightsOf(record: ClusterRecord): string[] {
  const usual = { "cpu.shares": 1024, "cpu.weight": 100 };
  return cgroupMounts(readFileSync("/proc/self/mounts", "utf8")).flatMap((mount) =>
    Object.entries(usual)
      .map(([file, weight]) => ({ path: join(mount, cgroupOf(record), file), weight }))
      .filter(({ path }) => existsSync(path))
      .map(({ path, weight }) => `${Number(readFileSync(path, "utf8")) / weight} times the usual`),
  );
}

/** What there is of one cluster beside its processes: its link, its routes, its cgroups. */
export async function tracesOf(record: ClusterRecord, network: NetworkPlan): Promise<string[]> {
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
  ];
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
