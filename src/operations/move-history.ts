import { applicationOf } from "../application/application.ts";
import { eventOf, type ReleaseEvent } from "../model/event.ts";
import type { HistoryEntry } from "../model/history.ts";
import type { PlannedMove } from "./move.ts";
import type { Operator } from "./operator.ts";
import type { OperationOptions } from "./with-lock.ts";

/** How a move ended. */
export interface MoveEnd {
  readonly began: Date;
  readonly result: HistoryEntry["result"];
  readonly seconds: number;
  /** Percent of the traffic for the canary, by requests; null where none were made. */
  readonly measured?: number | null;
  /** Nothing was changed: a soak that goes on is as good as before. */
  readonly isInPlace?: boolean;
  /** What went wrong, or why the canary was taken out. */
  readonly reason?: string | undefined;
}

/**
 * Records a move in the history that the cluster keeps. A move is as good without its entry: that it could not be
 * written is said, and nothing more.
 */
export async function recordMove(
  operator: Operator,
  planned: Told,
  { began, result, seconds, measured = null, reason, isInPlace = false }: MoveEnd,
  { identity, observer }: Pick<OperationOptions, "identity" | "observer">,
): Promise<void> {
  const entry: HistoryEntry = {
    ...factsOf(planned, began, identity),
    measured,
    override: planned.config.lifecycleOverride ?? "",
    result,
    seconds: Number(seconds.toFixed(1)),
    ...(reason && { reason }),
  };
  observer.event?.(eventOf(entry));
  try {
    const application = await applicationOf(operator);
    await application?.appendHistory(entry, { keepsSoak: isInPlace });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    observer.say(`the move could not be written to the history: ${error.message}`);
  }
}

/** Tells what the history does not have: that a move begins, or that it was refused after that. */
export function announceMove(
  planned: Told,
  { began, ...event }: { readonly began: Date } & Pick<ReleaseEvent, "kind" | "result" | "reason">,
  { identity, observer }: Pick<OperationOptions, "identity" | "observer">,
): void {
  observer.event?.({ ...event, ...factsOf(planned, began, identity) });
}

type Told = Pick<PlannedMove, "stage" | "move" | "config" | "plan">;

/** What is told of a move at its beginning and at its end. */
const factsOf = (
  { stage, move, config, plan }: Told,
  began: Date,
  { who }: OperationOptions["identity"],
) => ({
  time: began.toISOString(),
  who,
  move,
  stage,
  release: config.release,
  effective: plan.effectiveCanary,
});
