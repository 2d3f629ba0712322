import { readdirSync, readFileSync } from "node:fs";

import { type ProcessIdentity, startTimeOf } from "../../src/process/procfs.ts";

export { hasEnded, isAlive, type ProcessIdentity, parseStat, startTimeOf } from "../../src/process/procfs.ts";

/** The one process that a process has forked; undefined as long as there is none. */
export function forkedBy(pid: number): number | undefined {
  return childrenOf(pid)[0];
}

/** Processes with all that descend from them. */
export function withDescendants(roots: readonly ProcessIdentity[]): ProcessIdentity[] {
  return roots.flatMap((root) => {
    const children = childrenOf(root.pid).flatMap((pid) => {
      const startTime = startTimeOf(pid);
      return startTime === undefined ? [] : [{ pid, startTime }];
    });
    return [root, ...withDescendants(children)];
  });
}

/** Whether somebody listens at a TCP port, IPv4, in the network that a process is in; proc(5), /proc/net/tcp. */
export function listensAt(pid: number, port: number): boolean {
  const listening = new RegExp(
    `^ *\\d+: [0-9A-F]{8}:${port.toString(16).toUpperCase().padStart(4, "0")} \\S+ 0A `,
    "m",
  );
  try {
    return listening.test(readFileSync(`/proc/${pid}/net/tcp`, "utf8"));
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

/** Of all its threads: the kernel keeps a list for each. */
function childrenOf(pid: number): number[] {
  try {
    const lists = readdirSync(`/proc/${pid}/task`).map((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, "utf8"),
    );
    return lists
      .flatMap((list) => list.split(" "))
      .filter(Boolean)
      .map(Number);
  } catch (error) {
    if (isMissing(error) || (error as NodeJS.ErrnoException).code === "ESRCH") return [];
    throw error;
  }
}

/** Whether an error of the file system says that there is no such file. */
export function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === "ENOENT";
}
