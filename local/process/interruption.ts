import { interruption } from "../../src/cli/interruption.ts";
import { UserError } from "../../src/errors.ts";

/** Exit code of what a signal ended. */
export const INTERRUPTED = 130;

/**
 * Aborts at the first signal that asks the process to end, so that what is up is taken down; a second one leaves it.
 * @param say told that, in words for the user
 */
export function takingDown(say: (text: string) => void): AbortSignal {
  return interruption((signal) => {
    say(`\n${signal}: taking everything down; once more leaves at once`);
    return new UserError(`stopped by ${signal}`, "What was up is taken down.");
  }, INTERRUPTED);
}
