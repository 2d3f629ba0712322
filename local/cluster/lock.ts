import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { UserError } from "../../src/errors.ts";
import { isAlive, isMissing, type ProcessIdentity, startTimeOf } from "../process/procfs.ts";

/**
 * Holds a lock file while `work` runs. A lock whose holder has ended is taken over.
 * @param busy what the user is told about the holder of the lock
 * @throws UserError when another running process holds it
 */
export async function withLock<T>(
  file: string,
  busy: (holder: ProcessIdentity) => UserError,
  work: () => Promise<T>,
): Promise<T> {
  const mine = `${file}.${process.pid}`;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(mine, JSON.stringify({ pid: process.pid, startTime: startTimeOf(process.pid) }));
  try {
    acquire(file, mine, busy);
  } finally {
    rmSync(mine, { force: true });
  }
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

/** A hard link appears with its content or not at all, and never over another. */
function acquire(file: string, mine: string, busy: (holder: ProcessIdentity) => UserError): void {
  for (;;) {
    try {
      linkSync(mine, file);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const holder = readHolder(file);
    if (holder && isAlive(holder)) throw busy(holder);
    if (holder) takeAway(file, holder, busy);
  }
}

/** Two can find the same dead lock; what the slower one takes away may be the lock of the faster, and goes back. */
function takeAway(file: string, dead: ProcessIdentity, busy: (holder: ProcessIdentity) => UserError): void {
  const aside = `${file}.${process.pid}.dead`;
  try {
    renameSync(file, aside);
  } catch (error) {
    if (isMissing(error)) return;
    throw error;
  }
  const taken = readHolder(aside);
  if (taken && (taken.pid !== dead.pid || taken.startTime !== dead.startTime)) {
    linkSync(aside, file);
    rmSync(aside);
    throw busy(taken);
  }
  rmSync(aside);
}

function readHolder(file: string): ProcessIdentity | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as ProcessIdentity;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
