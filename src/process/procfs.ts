import { readFileSync, readlinkSync } from "node:fs";

/** What tells one process from every other: its id, and when the kernel started it. */
export interface ProcessIdentity {
  pid: number;
  /** In clock ticks since boot. */
  startTime: string;
}

/** Whether that very process runs. A pid with another start time is somebody else's. */
export function isAlive(entry: ProcessIdentity): boolean {
  const stat = readStat(entry.pid);
  return stat !== undefined && stat.startTime === entry.startTime && !hasEnded(stat);
}

/**
 * Whether nothing is left of a process but its exit status. Its first thread becomes a zombie as soon as it ends, while
 * others may still hold the files and ports of the process: a killed etcd with 8 threads keeps its port until the last.
 */
export function hasEnded({ state, threads }: ProcessStat): boolean {
  return state === "Z" && threads <= 1;
}

/** Whether a process of that id runs, whoever's it is. A zombie does not: it waits for its parent to ask how it ended. */
export function isRunning(pid: number): boolean {
  const stat = readStat(pid);
  return stat !== undefined && !hasEnded(stat);
}

/** The kernel's start time of a process, in clock ticks since boot; undefined if there is no such process. */
export function startTimeOf(pid: number): string | undefined {
  return readStat(pid)?.startTime;
}

/** What tells one run of the kernel from every other: another one's process ids are of other processes. */
export function bootId(): string | undefined {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    return undefined;
  }
}

/** What names the processes that this one can see: a process id says nothing in another. Undefined without /proc. */
export function pidNamespace(): string | undefined {
  try {
    return /\d+/.exec(readlinkSync("/proc/self/ns/pid"))?.[0];
  } catch {
    return undefined;
  }
}

/** What /proc/PID/stat says of a process: proc(5), fields 3, 20 and 22. */
export interface ProcessStat {
  state: string;
  threads: number;
  /** In clock ticks since boot. */
  startTime: string;
}

/** Reads a line of /proc/PID/stat. */
export function parseStat(stat: string): ProcessStat {
  // The command name (field 2) may hold blanks and parentheses; the last parenthesis ends it.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [state, threads, startTime] = [fields[0], fields[17], fields[19]];
  if (state === undefined || threads === undefined || startTime === undefined)
    throw new Error(`not a line of /proc/PID/stat: ${stat}`);
  return { state, threads: Number(threads), startTime };
}

function readStat(pid: number): ProcessStat | undefined {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ESRCH") return undefined;
    throw error;
  }
}
