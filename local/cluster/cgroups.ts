import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isMissing } from "../process/procfs.ts";
import { until } from "../process/until.ts";
import { enableControllers } from "./controllers.ts";

/** Where the kubelet looks for version 2. */
const KUBELET_ROOT = "/sys/fs/cgroup";
/**
 * How many times the usual CPU weight all pods together have. Beside them each of the cluster's components, the engine
 * and the command is a session of the usual weight; on a node all that runs beside the pods has that weight together.
 */
const POD_WEIGHT = 16;
/** The same setting in version 1 and 2, and what it is unless set. */
const CPU_WEIGHTS = [
  { file: "cpu.shares", usual: 1024 },
  { file: "cpu.weight", usual: 100 },
] as const;
const EMPTY_WITHIN_MS = 10_000;

/**
 * Mount points of the cgroup hierarchies in a mount table: several with version 1, one with version 2. Left out:
 * a second mount of version 2, which some programs make for themselves.
 */
export function cgroupMounts(mounts: string): string[] {
  return mounts
    .split("\n")
    .map((line) => line.split(" "))
    .filter(([, point, type]) => type === "cgroup" || (type === "cgroup2" && isKubelets(point)))
    .map(([, point]) => point ?? "");
}

const isKubelets = (point = ""): boolean => `${point}/`.startsWith(`${KUBELET_ROOT}/`);

/** Makes a cgroup of that name below the root of each hierarchy, with the controllers that the kubelet asks for. */
export async function createCgroup(name: string): Promise<void> {
  const mounts = hierarchies();
  const [only, ...others] = mounts;
  if (only !== undefined && others.length === 0) await enableControllers(only);
  for (const mount of mounts) {
    mkdirSync(join(mount, name), { recursive: true });
    favour(join(mount, name));
  }
}

/** Lets what runs in a cgroup's folder go before the machinery, where that hierarchy has the CPU's controller. */
function favour(folder: string): void {
  for (const { file, usual } of CPU_WEIGHTS) {
    const path = join(folder, file);
    if (existsSync(path)) writeFileSync(path, String(usual * POD_WEIGHT));
  }
}

/** Removes it with all below it. Processes that were just killed may still be leaving: it waits for them. */
export async function removeCgroup(name: string): Promise<void> {
  for (const folder of hierarchies().map((mount) => join(mount, name))) {
    const removed = await until(() => tryRemove(folder), { timeoutMs: EMPTY_WITHIN_MS });
    if (!removed) throw new Error(`processes are still in ${folder}`);
  }
}

function hierarchies(): string[] {
  return cgroupMounts(readFileSync("/proc/self/mounts", "utf8"));
}

function tryRemove(folder: string): boolean {
  try {
    removeTree(folder);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EBUSY" || code === "ENOTEMPTY") return false;
    throw error;
  }
}

/** A cgroup's files cannot be deleted and go with it; so only folders count, the innermost first. */
function removeTree(folder: string): void {
  try {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (entry.isDirectory()) removeTree(join(folder, entry.name));
    }
    rmdirSync(folder);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}
