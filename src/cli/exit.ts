import { CommanderError } from "commander";
import { Refusal, UserError } from "../errors.ts";
import type { Evidence } from "../judging/evidence.ts";
import type { MoveOutcome } from "../operations/outcome.ts";

/** How the command ends, for scripts and pipelines. */
export const EXIT = {
  done: 0,
  failed: 1,
  wrongUse: 2,
  refused: 3,
  doesNotFit: 4,
  held: 5,
  harm: 6,
  wouldChange: 10,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** What was typed is not enough, or does not go together. */
export class WrongUse extends UserError {}

/** The exit code of a move that ended without a failure: it may have been declined, or not fit. */
export function exitCodeOfMove({ applied, verification }: MoveOutcome): ExitCode {
  if (!applied) return EXIT.failed;
  return verification?.fits === false ? EXIT.doesNotFit : EXIT.done;
}

/** The exit code of a judgement: harm may have been taken out, or not. */
export const exitCodeOfJudgement = ({ decision }: Pick<Evidence, "decision">): ExitCode =>
  ({ harm: EXIT.harm, fine: EXIT.done, "go on": EXIT.held })[decision];

/** The exit code of a failure. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.wrongUse;
  if (error instanceof WrongUse) return EXIT.wrongUse;
  return error instanceof Refusal ? EXIT.refused : EXIT.failed;
}
