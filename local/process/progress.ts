import { observerOn } from "../../src/cli/print/progress.ts";
import { type Observer, silentObserver } from "../../src/operations/observer.ts";

/** How long work reports itself: as the command does. */
export interface Progress {
  /**
   * Runs `work` under a title and reports its end and the seconds it took; a failure is reported and rethrown.
   * `note` says what the work is at, in a few words; each call replaces the note before.
   */
  readonly step: Observer["phase"];
  /** Prints one line of its own. */
  readonly say: Observer["say"];
}

/** Progress on a stream: live on a terminal, plain lines elsewhere. */
export function createProgress(stream: Parameters<typeof observerOn>[0] = process.stdout): Progress {
  return progressOf(observerOn(stream));
}

/** Progress that prints nothing, for tests and for calls that must stay silent. */
export const silentProgress: Progress = progressOf(silentObserver);

function progressOf({ phase, say }: Observer): Progress {
  return { step: phase, say };
}
