import { setTimeout } from "node:timers/promises";
import { findProcess } from "../process/ledger.ts";
import { isAlive, start } from "../process/processes.ts";
import { until } from "../process/until.ts";

const LOOK_MS = 20;
/** A process that lived shorter than this is started again only after this time. */
const SHORT_LIFE_MS = 1000;

/** A process that is to run. */
export interface Kept {
  /** In the ledger of `directory`. */
  readonly name: string;
  readonly directory: string;
  readonly command: readonly string[];
  /** File that gets its output. */
  readonly log: string;
}

/**
 * Starts a process, or finds it running, and starts it again whenever it is gone, as a kubelet does. It goes on when
 * this ends.
 * @param say told when it is gone
 */
export async function keepRunning(
  { name, directory, command, log }: Kept,
  say: (text: string) => void,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const entry = findProcess(directory, name) ?? (await start(directory, name, command, { log }));
    const began = performance.now();
    await until(() => signal.aborted || !isAlive(entry), {
      timeoutMs: Number.POSITIVE_INFINITY,
      everyMs: LOOK_MS,
    });
    if (signal.aborted) return;
    say(`${name} (process ${entry.pid}) is gone; starting it again`);
    if (performance.now() - began < SHORT_LIFE_MS)
      await setTimeout(SHORT_LIFE_MS, undefined, { signal }).catch(() => undefined);
  }
}
