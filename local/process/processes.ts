import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import type { Writable } from "node:stream";
import { findProcess, forget, type LedgerEntry, record } from "./ledger.ts";
import { forkedBy, isAlive, startTimeOf, withDescendants } from "./procfs.ts";
import { until } from "./until.ts";

export { isAlive } from "./procfs.ts";

export interface StartOptions {
  /** File that gets standard output and standard error; appended to. */
  log: string;
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /**
   * A command that runs another in a namespace of its own (`unshare --fork`, `nsenter`): the process that it
   * forks is the one that is recorded.
   */
  wrapper?: readonly string[];
}

/**
 * Holds a new process back until its ledger entry is on disk: it executes its command after one line on standard
 * input, and ends if that input closes first. So no process runs that the ledger does not know of, even if we are
 * killed between the two. What it makes can be read by others, as pods are, whatever the user's shell had set.
 */
const GATE = ["/bin/sh", "-c", 'read -r go && umask 022 && exec "$@" </dev/null', "gate"];

const STOP_GRACE_MS = 10_000;

/**
 * Starts a process that outlives this one, and records it before its command runs.
 * @throws Error when a process of that name runs already, or when the command ended before it could be recorded
 */
export async function start(
  stateDir: string,
  name: string,
  command: readonly string[],
  options: StartOptions,
): Promise<LedgerEntry> {
  if (findProcess(stateDir, name)) throw new Error(`${name} runs already`);
  const child = spawnGated([...(options.wrapper ?? []), ...held(command)], options);
  try {
    const pid = options.wrapper ? await childOf(child) : pidOf(child);
    return admit(stateDir, { name, pid, command }, child.stdin);
  } catch (error) {
    child.stdin?.destroy();
    throw new Error(`${name} did not start; see ${options.log}`, { cause: error });
  }
}

/** The words of a command that waits on its standard input until `admit` has recorded its process. */
export function held(command: readonly string[]): string[] {
  return [...GATE, ...command];
}

/** Records a process that is held back, and has it begin. */
export function admit(
  stateDir: string,
  { name, pid, command }: { name: string; pid: number; command: readonly string[] },
  stdin: Writable | null,
): LedgerEntry {
  const entry: LedgerEntry = { name, pid, startTime: requireStartTime(pid, name), command: [...command] };
  record(stateDir, entry);
  stdin?.end("go\n");
  return entry;
}

/** Sends a signal to that very process; does nothing if it has ended. */
export function signal(entry: LedgerEntry, name: NodeJS.Signals): void {
  if (!isAlive(entry)) return;
  try {
    process.kill(entry.pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** Ends a process, by SIGKILL if `graceMs` after SIGTERM it still runs, waits until it is gone, and forgets it. */
export async function stop(stateDir: string, entry: LedgerEntry, graceMs = STOP_GRACE_MS): Promise<void> {
  signal(entry, "SIGTERM");
  const ended = await until(() => !isAlive(entry), { timeoutMs: graceMs });
  if (!ended) await kill(entry);
  forget(stateDir, entry);
}

/** Ends a process by SIGKILL and waits until it is gone; it stays in the ledger. */
export async function kill(entry: LedgerEntry): Promise<void> {
  signal(entry, "SIGKILL");
  const ended = await until(() => !isAlive(entry), { timeoutMs: STOP_GRACE_MS });
  if (!ended) throw new Error(`${entry.name} (process ${entry.pid}) does not end on SIGKILL`);
}

/** Ends a process with all that descend from it, by SIGKILL, waits until they are gone, and forgets it. */
export async function killTree(stateDir: string, entry: LedgerEntry): Promise<void> {
  const members = isAlive(entry) ? withDescendants([entry]) : [];
  await Promise.all(members.map((member) => kill({ ...entry, ...member })));
  forget(stateDir, entry);
}

function requireStartTime(pid: number, name: string): string {
  const startTime = startTimeOf(pid);
  if (startTime !== undefined) return startTime;
  // Other systems have no /proc: there the environment is on somebody's own cluster, and has no process to outlive us.
  if (process.platform !== "linux") return "0";
  throw new Error(`${name} ended at once`);
}

function spawnGated(command: readonly string[], options: StartOptions): ChildProcess {
  const [program = "", ...args] = command;
  mkdirSync(dirname(options.log), { recursive: true });
  const log = openSync(options.log, "a");
  try {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: options.env,
      detached: true,
      stdio: ["pipe", log, log],
    });
    // A command that ends before it read its line closes the pipe; that shows as a missing process.
    child.stdin?.on("error", () => undefined);
    child.on("error", () => undefined);
    child.unref();
    return child;
  } finally {
    closeSync(log);
  }
}

function pidOf(child: ChildProcess): number {
  if (child.pid === undefined) throw new Error(`cannot run ${child.spawnfile}`);
  return child.pid;
}

/** Waits for the process that a wrapper forks. */
async function childOf(wrapper: ChildProcess): Promise<number> {
  const parent = pidOf(wrapper);
  const child = await until(
    () => {
      if (wrapper.exitCode !== null)
        throw new Error(`${wrapper.spawnfile} ended with status ${wrapper.exitCode}`);
      return forkedBy(parent);
    },
    { timeoutMs: STOP_GRACE_MS },
  );
  if (!child) throw new Error(`${wrapper.spawnfile} forked no process`);
  return child;
}
