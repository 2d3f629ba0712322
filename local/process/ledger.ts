import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { isAlive } from "./procfs.ts";
import { readState } from "./state-file.ts";

const entrySchema = z.strictObject({
  name: z.string(),
  pid: z.int().positive(),
  /** Kernel start time in clock ticks since boot: with the pid it names one process and never another. */
  startTime: z.string(),
  command: z.array(z.string()),
});

/** A process that this environment started, as its ledger keeps it. */
export type LedgerEntry = z.infer<typeof entrySchema>;

/** The ledger's file. */
export function ledgerFile(stateDir: string): string {
  return join(stateDir, "processes.json");
}

/** All recorded processes, in the order of their start; those that ended by themselves are still among them. */
export function readLedger(stateDir: string): LedgerEntry[] {
  return readState(ledgerFile(stateDir), z.array(entrySchema), "is not a ledger of processes") ?? [];
}

/** The recorded process of that name, if it still runs. */
export function findProcess(stateDir: string, name: string): LedgerEntry | undefined {
  return readLedger(stateDir).find((entry) => entry.name === name && isAlive(entry));
}

/** Adds an entry, in place of an earlier one of its name. */
export function record(stateDir: string, entry: LedgerEntry): void {
  change(stateDir, (entries) => [...entries.filter(({ name }) => name !== entry.name), entry]);
}

/** Takes an entry out of the ledger. */
export function forget(stateDir: string, entry: LedgerEntry): void {
  change(stateDir, (entries) =>
    entries.filter(({ pid, startTime }) => pid !== entry.pid || startTime !== entry.startTime),
  );
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
