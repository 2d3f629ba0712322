import { applicationOf } from "../application/application.ts";
import { recovering } from "../engine/recovery.ts";
import { Refusal } from "../errors.ts";
import type { HistoryEntry } from "../model/history.ts";
import { releaseText, sameRelease } from "../model/lifecycle.ts";
import type { ReleaseRecord } from "../model/record.ts";
import { evaluateStage } from "../project/evaluate.ts";
import { type Conformance, readConformance } from "./conformance.ts";
import { type PlannedMove, planMove, untilTracksRolledOut } from "./move.ts";
import type { Operator } from "./operator.ts";
import type { MoveOutcome } from "./outcome.ts";
import { type Confirmation, type MoveOptions, type MoveSteps, runMove } from "./pipeline.ts";
import { withLock } from "./with-lock.ts";

export interface RollbackOptions extends MoveOptions, Confirmation<PlannedMove> {}

/**
 * Goes back to a stage; without one, to the stage that was live before, or out of an unfinished move.
 *
 * Faster than a promotion by what is left out: no preview (the engine compares the stack with the cluster while it
 * applies; what it would show was applied before), no update plan and no comparison with one, and no transfer of state
 * (objects that the stack does not know are taken over by server-side apply). The lock, the lifecycle and the
 * order of the tracks stay.
 * @throws Refusal when there is no way back
 */
export async function rollback(
  operator: Operator,
  stage: string | undefined,
  options: RollbackOptions,
): Promise<MoveOutcome> {
  const text = `rollback ${stage ?? ""}`.trim();
  return withLock(operator, { text, stage }, options, ({ signal }) =>
    rollbackUnderLock(operator, stage, { ...options, signal }),
  );
}

/** The same where the lock is held already. */
export const rollbackUnderLock = (
  operator: Operator,
  stage: string | undefined,
  options: RollbackOptions,
): Promise<MoveOutcome> => runMove(operator, wayBackTo(stage, operator, options), options);

function wayBackTo(
  stage: string | undefined,
  operator: Operator,
  { observer }: RollbackOptions,
): MoveSteps<PlannedMove> {
  return {
    prepare: (phases) =>
      phases.run("find", "find the way back", async (note) => {
        const target = stage ?? (await stageBefore(operator));
        note(target);
        await requireLiveRelease(operator);
        return requireWayBack(await planMove(operator, await evaluateStage(operator.project, target)));
      }),
    execute: async (planned, run) => {
      const stack = await operator.stacks.open(planned.stage);
      const changes = await recovering(stack, observer, () => stack.apply(run));
      // The canary may be what is broken: what has to be ready is the track that takes its traffic over.
      await untilTracksRolledOut(operator, planned, ["previous"]);
      return changes;
    },
  };
}

function requireWayBack(planned: PlannedMove): PlannedMove {
  const { move, stage, live } = planned;
  if (move === "rollback" || move === "reapply") return planned;
  throw new Refusal(
    `${stage} is no way back: it would be a ${move}${live.record ? ` (live is ${live.record.stage})` : ""}`,
    `Go on to it with: canary promote ${stage}`,
  );
}

/** @throws Refusal when Pulumi.yaml has another release than the one to go back in */
async function requireLiveRelease(operator: Operator): Promise<void> {
  const { release } = operator.project.config;
  const record = await (await applicationOf(operator))?.record();
  if (!record || sameRelease(record.release, release)) return;
  throw new Refusal(
    `Pulumi.yaml has release ${releaseText(release)}, but live is ${releaseText(record.release)} at ${record.stage}`,
    "Take the commit of the new release back (git revert), then roll back again.",
  );
}

async function stageBefore(operator: Operator): Promise<string> {
  const application = await applicationOf(operator);
  const conformance = application && (await readConformance(operator.project, application.api));
  if (!application || !conformance) {
    throw new Refusal("nothing was released to this cluster yet", "There is no way back.");
  }
  return previousStage(conformance, await application.history(), operator.project.config.lifecycle);
}

/**
 * The stage to go back to: the one that is live by the record when a move from it is unfinished; else the last one
 * before it that this release was at.
 * @throws Refusal when the release was at no stage before
 */
export function previousStage(
  { record, unfinishedMoveTo }: Pick<Conformance, "record" | "unfinishedMoveTo">,
  moves: readonly HistoryEntry[],
  lifecycle: readonly string[],
): string {
  if (unfinishedMoveTo !== undefined) return record.stage;
  const at = lifecycle.indexOf(record.stage);
  const isBefore = (stage: string) => lifecycle.indexOf(stage) < at && record.reached.includes(stage);
  const moved = moves.find(
    ({ stage, release, result }) =>
      result === "done" && sameRelease(release, record.release) && isBefore(stage),
  );
  const reached = [...record.reached].reverse().find(isBefore);
  const found = moved?.stage ?? reached;
  if (found !== undefined) return found;
  throw noWayBack(record);
}

function noWayBack({ stage, release }: ReleaseRecord): Refusal {
  return new Refusal(
    `${stage} is the first stage that release ${release.previous} → ${release.canary} was at`,
    "To give the canary up, put another version in its place: canary release VERSION --abandon",
  );
}
