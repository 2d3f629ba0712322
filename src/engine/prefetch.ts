import type { Ended } from "../process/run-to-end.ts";
import { type RunPulumi, runPulumi } from "./process.ts";

/** Processes of the CLI that were started before anybody asked for them. */
export class Prefetch {
  readonly #started = new Map<string, Promise<Ended>>();
  readonly #ending = new AbortController();

  /** Starts one; its answer, or its failure, is kept for whoever asks for the same. */
  start(directory: string, args: readonly string[]): void {
    const answer = runPulumi(directory, args, this.#ending.signal);
    answer.catch(() => undefined);
    this.#started.set(keyOf(directory, args), answer);
  }

  /** As `runPulumi`, but the first time takes the process that was started with the same words in the same folder. */
  readonly run: RunPulumi = (directory, args) => {
    const key = keyOf(directory, args);
    const started = this.#started.get(key);
    this.#started.delete(key);
    return started ?? runPulumi(directory, args);
  };

  /** Ends the processes that nobody asked for: without them this process can end. */
  end(): void {
    this.#ending.abort();
  }
}

const keyOf = (directory: string, args: readonly string[]): string => JSON.stringify([directory, args]);
