import { Refusal, UserError } from "../errors.ts";
import { sameRelease } from "../model/lifecycle.ts";
import type { PlannedMove } from "./move.ts";
import type { Operator } from "./operator.ts";
import type { MoveOutcome } from "./outcome.ts";
import type { MoveFailed, MoveOptions } from "./pipeline.ts";
import { type RollbackOptions, rollbackUnderLock } from "./rollback.ts";

/**
 * Goes back after a promotion that failed half way.
 * @returns the error that the promotion ends with. It is never a Refusal, also where the way back is refused: by then
 * the cluster is changed.
 */
export async function rollBackFailed(
  operator: Operator,
  failure: MoveFailed,
  options: MoveOptions,
): Promise<UserError> {
  const { stage } = failure.planned;
  options.observer.say(failure.message);
  try {
    await rollbackUnderLock(operator, stageBefore(failure.planned), withoutAsking(options));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return new UserError(
      `${stage} failed and could not be rolled back: ${failure.message}\nNo way back: ${error.message}`,
      error.hint,
    );
  }
  return new UserError(`${stage} failed and was rolled back: ${failure.message}`, "Look at: canary history");
}

/** Goes back after a promotion that does not fit. Undefined where there is no way back: then it stays as it is. */
export async function rollBackUnfit(
  operator: Operator,
  { stage, verification }: MoveOutcome,
  options: MoveOptions,
): Promise<MoveOutcome | undefined> {
  options.observer.say(`${stage} does not fit: ${verification?.problems.join("; ")}`);
  try {
    return await rollbackUnderLock(operator, undefined, withoutAsking(options));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    options.observer.say(`${stage} could not be rolled back: ${error}`);
    return undefined;
  }
}

/** The stage that this release was at before the move; undefined when it was at none. */
function stageBefore({ live, config }: PlannedMove): string | undefined {
  const { record } = live;
  return record && sameRelease(record.release, config.release) ? record.stage : undefined;
}

const withoutAsking = (options: MoveOptions): RollbackOptions => ({ ...options, confirm: async () => true });
