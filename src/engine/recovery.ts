import { type Stack, StackBusy } from "./stacks.ts";

/**
 * Runs an operation on a stack; when a killed engine left its lock there, removes that and runs it again. It
 * does so only where each holder has ended for certain; any other lock is for the operator to remove.
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
    if (!(error instanceof StackBusy) || !haveEnded(error)) throw error;
    await stack.cancel();
    const names = error.holders.map(({ pid, since }) => `process ${pid}, since ${since}`).join("; ");
    observer.say(`${stack.name} was locked by an engine that is dead (${names}): lock removed`);
    return operation();
  }
}

/** Where the backend names no holder, nothing is known. */
const haveEnded = ({ holders }: StackBusy): boolean =>
  holders.length > 0 && holders.every(({ condition }) => condition === "ended");
