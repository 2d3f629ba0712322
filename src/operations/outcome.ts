import type { Change } from "../engine/changes.ts";
import type { Move, Release } from "../model/lifecycle.ts";
import type { Verification } from "../verification/verification.ts";
import type { PlannedMove } from "./move.ts";
import type { TimedPhases, Timing } from "./timed-phases.ts";

/** What came of a move. */
export interface MoveOutcome {
  readonly stage: string;
  readonly release: Release;
  readonly move: Move;
  /** False where the operator's answer was no. */
  readonly applied: boolean;
  readonly changes: readonly Change[];
  /** Undefined where nothing was applied or measured. */
  readonly verification: Verification | undefined;
  /** Seconds of each part. */
  readonly timing: Timing;
  /** Seconds from the lock to the end, without the time that a person took to answer. */
  readonly seconds: number;
}

/** The outcome of a planned move, with what is the same for all of them filled in. */
export function outcomeOf(
  { stage, config, move }: PlannedMove,
  { timing, seconds }: TimedPhases,
  result: Pick<MoveOutcome, "applied" | "changes" | "verification">,
): MoveOutcome {
  return { stage, release: config.release, move, ...result, timing, seconds };
}
