import { recovering } from "../engine/recovery.ts";
import { type PlannedMove, untilTracksRolledOut } from "./move.ts";
import type { Operator } from "./operator.ts";
import type { MoveOptions, MoveSteps } from "./pipeline.ts";

/** Besides the options of every move: why the canary is taken out. */
export interface WayBackOptions extends Pick<MoveOptions, "identity" | "observer"> {
  readonly reason?: string | undefined;
}

/**
 * The steps of a rollback and of an abort. Faster than a promotion by what is left out: no preview (the engine compares
 * the stack with the cluster while it applies), no update plan and no comparison with one, and no transfer of state
 * (objects that the stack does not know are taken over by server-side apply). The lock, the lifecycle and the order of
 * the tracks stay.
 */
export function wayBack(
  operator: Operator,
  find: () => Promise<PlannedMove>,
  { identity, observer, reason }: WayBackOptions,
): MoveSteps<PlannedMove> {
  return {
    reason,
    prepare: (phases) =>
      phases.run("find", "find the way back", async (note) => {
        const planned = await find();
        note(planned.stage);
        return planned;
      }),
    execute: async (planned, run) => {
      const { stage, move, plan } = planned;
      const abort = move === "abort" ? { by: identity.who, reason: reason ?? "" } : undefined;
      const stack = await operator.stacks.open(stage);
      const changes = await recovering(stack, observer, () =>
        stack.apply({ ...run, abort, isWayBack: true }),
      );
      // The canary may be what is broken: what has to be ready is the track that takes its traffic over.
      const serving = plan.tracks.previous.effectiveShare > 0 ? "previous" : "canary";
      await untilTracksRolledOut(operator, planned, [serving]);
      return changes;
    },
  };
}
