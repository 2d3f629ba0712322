import { readFileSync, readlinkSync } from "node:fs";

/** What tells one process from every other: its id, and when the kernel started it. */
export interface ProcessIdentity {
  pid: number;
  /** In clock ticks since boot. */
  startTime: string;
}

/** Whether that very process runs. A zombie does not; a pid with another start time is somebody else's. */
export function isAlive(entry: ProcessIdentity): boolean {
  const stat = readStat(entry.pid);
  return stat !== undefined && stat.startTime === entry.startTime && stat.state !== "Z";
}

/** The kernel's start time of a process, in clock ticks since boot; undefined if there is no such process. */
export function startTimeOf(pid: number): string | undefined {
  return readStat(pid)?.startTime;
}

/** What names the processes that this one can see: a process id says nothing in another. Undefined without /proc. */
export function pidNamespace(): string | undefined {
  try {
    return /\d+/.exec(readlinkSync("/proc/self/ns/pid"))?.[0];
  } catch {
    return undefined;
  }
}

/** The fields of /proc/PID/stat that tell processes apart: proc(5), field 3 and field 22. */
export function parseStat(stat: string): { state: string; startTime: string } {
  // The command name (field 2) may hold blanks and parentheses; the last parenthesis ends it.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [state, startTime] = [fields[0], fields[19]];
  if (state === undefined || startTime === undefined)
    throw new Error(`not a line of /proc/PID/stat: ${stat}`);
  return { state, startTime };
}

function readStat(pid: number): { state: string; startTime: string } | undefined {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ESRCH") return undefined;
    throw error;
  }
}
