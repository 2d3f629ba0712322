import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../src/errors.ts";
import { until } from "../process/until.ts";

const KUBELET_CONTROLLERS = ["cpu", "cpuset", "memory", "hugetlb", "pids"];

/** Where the processes go that stand in the way; all clusters of a machine share it, and it stays. */
const ASIDE = "canary-stages-outside";

const FREE_WITHIN_MS = 5_000;

/**
 * Those of the kubelet's controllers (its getSupportedUnifiedControllers) that a version 2 hierarchy has and does
 * not hand on to the cgroups below its root.
 * @param available content of cgroup.controllers
 * @param enabled content of cgroup.subtree_control
 */
export function controllersToEnable(available: string, enabled: string): string[] {
  const [has, passesOn] = [available, enabled].map((text) => text.trim().split(/\s+/));
  return KUBELET_CONTROLLERS.filter((name) => has?.includes(name) && !passesOn?.includes(name));
}

/**
 * Has the root of a version 2 hierarchy hand on the controllers that the kubelet asks for.
 *
 * The root that is seen may be none: that of a private cgroup namespace, as in a container, is an ordinary cgroup. One
 * with processes in it can hand on nothing (cgroups(7), "no internal processes"), so they are moved into a child.
 * @throws UserError when the kernel refuses
 */
export async function enableControllers(root: string, withinMs = FREE_WITHIN_MS): Promise<void> {
  const missing = controllersToEnable(read(root, "cgroup.controllers"), read(root, "cgroup.subtree_control"));
  if (missing.length === 0) return;
  const change = missing.map((name) => `+${name}`).join(" ");
  let refusal = "";
  const enabled = await until(
    () => {
      if (isOrdinary(root)) moveProcesses(root, join(root, ASIDE));
      refusal = tryWrite(join(root, "cgroup.subtree_control"), change);
      return refusal === "";
    },
    { timeoutMs: withinMs },
  );
  if (enabled) return;
  throw new UserError(
    `${root}/cgroup.subtree_control does not take "${change}": ${refusal}`,
    "In a container, run it with --privileged, or with --cgroupns=host; else give another cluster with --context NAME.",
  );
}

/** Only the true root lacks this file. */
const isOrdinary = (cgroup: string): boolean => existsSync(join(cgroup, "cgroup.type"));

/** Moves every process of a cgroup. One that ends meanwhile is skipped; one forked meanwhile stays for the next look. */
function moveProcesses(from: string, to: string): void {
  const processes = read(from, "cgroup.procs").split("\n").filter(Boolean);
  if (processes.length > 0) mkdirSync(to, { recursive: true });
  for (const pid of processes) {
    try {
      writeFileSync(join(to, "cgroup.procs"), pid);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  }
}

/**
 * Writes to a file of a cgroup.
 * @returns why the kernel does not take it yet: a process was forked into the cgroup; "" when it did
 * @throws any other error
 */
function tryWrite(file: string, text: string): string {
  try {
    writeFileSync(file, text);
    return "";
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    // The second of a cgroup that processes made a threaded domain of.
    if (["EBUSY", "ENOTSUP", "EOPNOTSUPP"].includes(code)) return code;
    throw error;
  }
}

const read = (cgroup: string, file: string): string => readFileSync(join(cgroup, file), "utf8");
