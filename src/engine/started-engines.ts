import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir, hostname } from "node:os";
import { isAbsolute, join } from "node:path";
import {
  bootId,
  isAlive,
  isRunning,
  type ProcessIdentity,
  pidNamespace,
  startTimeOf,
} from "../process/procfs.ts";

/**
 * What is known here of a process that holds the lock of a stack: it has `ended` for certain; or it is
 * `not seen here`, where the host name is this one's, but another container can have that name too; or nothing.
 */
export type HolderCondition = "ended" | "not seen here" | "unknown";

/** An engine that this user's commands started, as it is noted in a file. */
interface StartedEngine extends ProcessIdentity {
  /** RFC 3339, by this machine's clock. */
  readonly began: string;
}

/**
 * An engine locks its stack within its first seconds. A lock that came later than this after the start is another
 * process's, which has the same id in another container: a command there has to wait for longer than this before it
 * takes the application's lock over from one that was killed.
 */
const LOCKS_WITHIN_MS = 30_000;
/** The lock's time is in whole seconds. */
const ROUNDING_MS = 1_000;

/** Where engines are noted, one file each, for this user alone. */
export function enginesFolder(): string {
  const base = process.env.XDG_STATE_HOME;
  const state = base && isAbsolute(base) ? base : join(homedir(), ".local", "state");
  return join(state, "canary-stages", "engines");
}

/**
 * Notes that an engine was started, so that its lock is known as a dead one's if it is killed. A process id alone says
 * little: two containers of one host name have the same ids. The note's name has the boot and the namespace of
 * processes that the id is of.
 * @returns what removes the note
 */
export function noteEngine(pid: number, folder = enginesFolder()): () => void {
  const [file, startTime] = [fileOf(pid, folder), startTimeOf(pid)];
  if (file === undefined || startTime === undefined) return () => undefined;
  const engine: StartedEngine = { pid, startTime, began: new Date().toISOString() };
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(file, JSON.stringify(engine), { mode: 0o600 });
  } catch {
    // Without the note, a lock that the engine leaves is not removed by itself: the operator is asked to.
    return () => undefined;
  }
  return () => remove(file);
}

/** A note that cannot be removed does no harm: an engine that has ended in good order has left no lock. */
function remove(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    return;
  }
}

/** What is known of a process that holds a lock since some time (RFC 3339). */
export function holderCondition(
  { host, pid, since }: { readonly host: string; readonly pid: number; readonly since: string },
  folder = enginesFolder(),
): HolderCondition {
  if (host !== hostname()) return "unknown";
  const engine = readEngine(pid, folder);
  if (engine && isLockOf(engine, since) && !isAlive(engine)) return "ended";
  return isRunning(pid) ? "unknown" : "not seen here";
}

function isLockOf({ began }: StartedEngine, since: string): boolean {
  const afterStart = Date.parse(since) - Date.parse(began);
  return afterStart >= -ROUNDING_MS && afterStart <= LOCKS_WITHIN_MS;
}

/** Undefined where the system does not tell its boots or its namespaces apart. */
function fileOf(pid: number, folder: string): string | undefined {
  const [boot, namespace] = [bootId(), pidNamespace()];
  if (boot === undefined || namespace === undefined) return undefined;
  return join(folder, `${boot}-${namespace}-${pid}.json`);
}

function readEngine(pid: number, folder: string): StartedEngine | undefined {
  const file = fileOf(pid, folder);
  if (file === undefined) return undefined;
  try {
    return JSON.parse(readFileSync(file, "utf8")) as StartedEngine;
  } catch {
    return undefined;
  }
}
