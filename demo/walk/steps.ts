import { type MoveJson, promoteSchema, rollbackSchema } from "../../src/results/schemas.ts";
import type { Step } from "./report.ts";

/** A move as the command reports it; `promote` reports a list, of one here. */
export function moveOf(command: "promote" | "rollback", output: unknown): MoveJson {
  if (command === "rollback") return rollbackSchema.parse(output);
  const [move] = promoteSchema.parse(output);
  if (!move) throw new Error("canary promote reports no move");
  return move;
}

/**
 * A move as the walk reports it. Its seconds are the move's own, from the lock until the edge gives the share: neither
 * the measuring nor the start of the command's process is among them.
 * @param failedMeanwhile failed requests of the load
 */
export function stepOf(move: MoveJson, failedMeanwhile: number): Step {
  const { stage, release, verification, timing, changes } = move;
  if (!verification) throw new Error(`canary measured nothing at ${stage}`);
  const { intended, effective, measured } = verification.shares.canary;
  return {
    stage,
    release,
    move: move.move,
    intended,
    // Where no pod takes traffic, the canary gets none.
    effective: effective ?? 0,
    measured: measured ?? 0,
    requests: verification.requests,
    failed: verification.failed + failedMeanwhile,
    seconds: move.seconds - (timing.verify ?? 0),
    fits: verification.fits,
    changed: changes.map(({ object, path, from, to }) => ({ object, path, from, to })),
  };
}
