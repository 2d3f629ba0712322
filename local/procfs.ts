import { readFileSync } from "node:fs";

export { isAlive, type ProcessIdentity, parseStat, startTimeOf } from "../src/procfs.ts";

/** The one process that a process has forked; undefined as long as there is none. */
export function forkedBy(pid: number): number | undefined {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
  return children === "" ? undefined : Number(children.split(" ")[0]);
}

/** Whether an error of the file system says that there is no such file. */
export function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === "ENOENT";
}
