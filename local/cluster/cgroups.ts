import { mkdirSync, readdirSync, readFileSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { isMissing } from "../procfs.ts";
import { until } from "../until.ts";

const EMPTY_WITHIN_MS = 10_000;

/** Mount points of the cgroup hierarchies in a mount table: several with version 1, one with version 2. */
export function cgroupMounts(mounts: string): string[] {
  return mounts
    .split("\n")
    .map((line) => line.split(" "))
    .filter(([, , type]) => type === "cgroup" || type === "cgroup2")
    .map(([, point]) => point ?? "");
}

/** Makes a cgroup of that name below the root of each hierarchy. */
export function createCgroup(name: string): void {
  for (const folder of cgroupFolders(name)) mkdirSync(folder, { recursive: true });
}

/** Removes it with all below it. Processes that were just killed may still be leaving: it waits for them. */
export async function removeCgroup(name: string): Promise<void> {
  for (const folder of cgroupFolders(name)) {
    const removed = await until(() => tryRemove(folder), { timeoutMs: EMPTY_WITHIN_MS });
    if (!removed) throw new Error(`processes are still in ${folder}`);
  }
}

function cgroupFolders(name: string): string[] {
  return cgroupMounts(readFileSync("/proc/self/mounts", "utf8")).map((mount) => join(mount, name));
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
