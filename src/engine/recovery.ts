import { hostname } from "node:os";
import { type LockHolder, type Stack, StackBusy } from "./stacks.ts";

/**
 * Runs an operation on a stack; when a killed engine left its lock there, removes that and runs it again. A lock is
 * a dead engine's only when it was made on this machine by a process that is gone: of any other, nobody here knows.
 * @throws StackBusy for a lock that may be alive
 */
export async function recovering<T>(
  stack: Stack,
  observer: { say(text: string): void },
  operation: () => Promise<T>,
): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    if (!(error instanceof StackBusy) || !isDead(error.holders)) throw error;
    await stack.cancel();
    const names = error.holders.map(({ pid, since }) => `process ${pid}, since ${since}`).join("; ");
    observer.say(`${stack.name} was locked by an engine that is dead (${names}): lock removed`);
    return operation();
  }
}

function isDead(holders: readonly LockHolder[]): boolean {
  return holders.length > 0 && holders.every(({ host, pid }) => host === hostname() && !isAlive(pid));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
