/**
 * Does something when this process has nothing left to do, or when it is asked to end (Ctrl-C, SIGTERM), which it then does as
 * it would have without. Not when it is killed.
 * @param work is not to throw
 */
export function atEndOfProcess(work: () => Promise<void>): void {
  let ended: Promise<void> | undefined;
  const end = (): Promise<void> => {
    ended ??= work();
    return ended;
  };
  process.once("beforeExit", () => void end());
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    // The handler is gone by then: the signal does what it does to any process.
    process.once(signal, () => void end().finally(() => process.kill(process.pid, signal)));
  }
}
