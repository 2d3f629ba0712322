/** Ctrl-C in a terminal reaches npm and the command; npm then sends the command the same signal once more. */
const SAME_SIGNAL_MS = 500;

/**
 * Aborts at the first SIGINT, SIGTERM or SIGHUP; a later one ends the process at once. The listeners stay: without any,
 * a library that waits for a child process would end this one at the first signal.
 * @param onFirst told the first signal; what it returns is the reason of the abort
 * @param exitCode of a process that is ended at once
 */
export function interruption(onFirst: (signal: NodeJS.Signals) => Error, exitCode: number): AbortSignal {
  const controller = new AbortController();
  let first: number | undefined;
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(name, () => {
      if (first === undefined) {
        first = performance.now();
        controller.abort(onFirst(name));
      } else if (performance.now() - first > SAME_SIGNAL_MS) process.exit(exitCode);
    });
  }
  return controller.signal;
}
