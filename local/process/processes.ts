import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Writable } from "node:stream";
import { z } from "zod";
import { forkedBy, isAlive, isMissing, startTimeOf, withDescendants } from "./procfs.ts";
import { until } from "./until.ts";

export { isAlive } from "./procfs.ts";

const entrySchema = z.strictObject({
  name: z.string(),
  pid: z.int().positive(),
  /** Kernel start time in clock ticks since boot: with the pid it names one process and never another. */
  startTime: z.string(),
  command: z.array(z.string()),
});

/** A process that this environment started, as its ledger keeps it. */
export type LedgerEntry = z.infer<typeof entrySchema>;

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

/** The ledger's file. */
export function ledgerFile(stateDir: string): string {
  return join(stateDir, "processes.json");
}

/** All recorded processes, in the order of their start; those that ended by themselves are still among them. */
export function readLedger(stateDir: string): LedgerEntry[] {
  try {
    return z.array(entrySchema).parse(JSON.parse(readFileSync(ledgerFile(stateDir), "utf8")));
  } catch (error) {
    if (isMissing(error)) return [];
    throw new Error(`${ledgerFile(stateDir)} is not a ledger of processes`, { cause: error });
  }
}

/** The recorded process of that name, if it still runs. */
export function findProcess(stateDir: string, name: string): LedgerEntry | undefined {
  return readLedger(stateDir).find((entry) => entry.name === name && isAlive(entry));
}

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
  change(stateDir, (entries) => [...entries.filter((other) => other.name !== name), entry]);
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

/** Takes an entry out of the ledger. */
export function forget(stateDir: string, entry: LedgerEntry): void {
  change(stateDir, (entries) =>
    entries.filter(({ pid, startTime }) => pid !== entry.pid || startTime !== entry.startTime),
  );
}

function requireStartTime(pid: number, name: string): string {
  const startTime = startTimeOf(pid);
  if (startTime !== undefined) return startTime;
  // Other systems have no /proc: there the environment is on somebody's own cluster, and has no process to outlive us.
  if (process.platform !== "linux") return "0";
  throw new Error(`${name} ended at once`);
}

/** Reads, changes and replaces the ledger without yielding, so that no other change in this process is lost. */
function change(stateDir: string, update: (entries: LedgerEntry[]) => LedgerEntry[]): void {
  const file = ledgerFile(stateDir);
  mkdirSync(stateDir, { recursive: true });
  const entries = update(readLedger(stateDir));
  if (entries.length === 0) {
    rmSync(file, { force: true });
    return;
  }
  const temporary = `${file}.${process.pid}`;
  writeFileSync(temporary, `${JSON.stringify(entries, null, 1)}\n`);
  renameSync(temporary, file);
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
