import type { Command } from "commander";
import type { PlannedMove } from "../operations/move.ts";
import type { Operator } from "../operations/operator.ts";
import type { MoveOutcome } from "../operations/outcome.ts";
import type { RollbackOptions } from "../operations/rollback.ts";
import { exitCodeOfMove } from "../results/exit.ts";
import { moveJson } from "../results/json.ts";
import { type MeasuringOptions, verificationOptions, withMeasuringOptions } from "./options.ts";
import { outcomeText } from "./print/outcome.ts";
import { plannedText } from "./print/preview.ts";
import { shown } from "./print/printable.ts";
import type { Session } from "./session.ts";

/** Options of the commands that go back: `rollback` and `abort`. */
export interface WayBackOptions extends MeasuringOptions {
  readonly yes?: boolean;
  readonly verify: boolean;
}

/** Gives a command the options of those that go back. */
export function withWayBackOptions(command: Command): Command {
  command.option("-y, --yes", "without asking").option("--no-verify", "measure nothing afterwards");
  return withMeasuringOptions(command);
}

/**
 * Shows the move, asks, makes it, and prints what came of it.
 * @param move makes it
 * @param question what is asked before it is made
 * @returns the exit code
 * @throws WrongUse where nobody can be asked
 */
export async function goBack(
  { terminal, identity, signal, operator }: Session,
  options: WayBackOptions,
  move: (operator: Operator, options: RollbackOptions) => Promise<MoveOutcome>,
  question: (planned: PlannedMove) => string,
): Promise<number> {
  if (!options.yes) terminal.requireAnswers("Add --yes to go back without being asked.");
  const outcome = await move(await operator(), {
    identity,
    observer: await terminal.observer(),
    signal,
    verification: options.verify ? verificationOptions(options) : undefined,
    confirm: async (planned) => {
      terminal.note(plannedText(shown(planned)));
      return options.yes === true || terminal.ask(question(planned), signal);
    },
  });
  terminal.result(moveJson(outcome), outcomeText);
  return exitCodeOfMove(outcome);
}
