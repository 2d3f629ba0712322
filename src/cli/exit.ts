import { CommanderError } from "commander";
import { UserError } from "../errors.ts";
import { EXIT, exitCodeOfFailure } from "../results/exit.ts";

/** What was typed is not enough, or does not go together. */
export class WrongUse extends UserError {}

/** The exit code of a failure of the command. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.wrongUse;
  return error instanceof WrongUse ? EXIT.wrongUse : exitCodeOfFailure(error);
}
