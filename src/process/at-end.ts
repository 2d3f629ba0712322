const ENDING = ["SIGINT", "SIGTERM"] as const;

/**
 * Does something when this process has nothing left to do, or when it is asked to end (Ctrl-C, SIGTERM), which it then does as
 * it would have without. Being asked again meanwhile changes nothing: an engine that fails asks its program three times at
 * once. Not when it is killed.
 * @param work is not to throw, and to end by itself
 */
export function atEndOfProcess(work: () => Promise<void>): void {
  let ended: Promise<void> | undefined;
  const end = (): Promise<void> => {
    ended ??= work();
    return ended;
  };
  const onSignal = async (signal: NodeJS.Signals): Promise<void> => {
    await end();
    // Without a handler the signal does what it does to any process.
    for (const name of ENDING) process.removeListener(name, onSignal);
    process.kill(process.pid, signal);
  };
  process.once("beforeExit", end);
  for (const name of ENDING) process.on(name, onSignal);
}
