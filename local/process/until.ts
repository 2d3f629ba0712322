import { setTimeout } from "node:timers/promises";

export interface UntilOptions {
  timeoutMs: number;
  /** Time between two looks; short, because a look at /proc or at a socket costs next to nothing. */
  everyMs?: number;
  signal?: AbortSignal;
}

/**
 * Looks until there is something to see: for conditions that the system offers no event for.
 * @returns the first truthy answer, or undefined when the time is over
 * @throws what `look` throws, and the signal's reason when it aborts
 */
export async function until<T>(
  look: () => T | Promise<T>,
  { timeoutMs, everyMs = 20, signal }: UntilOptions,
): Promise<T | undefined> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    signal?.throwIfAborted();
    const seen = await look();
    if (seen) return seen;
    if (performance.now() >= deadline) return undefined;
    await setTimeout(everyMs, undefined, { signal }).catch(() => undefined);
  }
}
