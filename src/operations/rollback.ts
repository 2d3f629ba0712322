import { Refusal } from "../errors.ts";
import type { HistoryEntry } from "../model/history.ts";
import { releaseText, sameRelease } from "../model/lifecycle.ts";
import { evaluateStage } from "../project/evaluate.ts";
import { planAbort, planAbortOf } from "./abort.ts";
import { type Conformance, readConformance } from "./conformance.ts";
import { type PlannedMove, planMove } from "./move.ts";
import type { Operator } from "./operator.ts";
import type { MoveOutcome } from "./outcome.ts";
import { type Confirmation, type MoveOptions, runMove } from "./pipeline.ts";
import { requireApplication } from "./require-application.ts";
import { wayBack } from "./way-back.ts";
import { withLock } from "./with-lock.ts";

export interface RollbackOptions extends MoveOptions, Confirmation<PlannedMove> {}

/**
 * Goes back to a stage; without one, to the stage that was live before, or out of an unfinished move. At the first stage
 * of a release that is the abort.
 * @throws Refusal when there is no way back
 */
export async function rollback(
  operator: Operator,
  stage: string | undefined,
  options: RollbackOptions,
): Promise<MoveOutcome> {
  const text = `rollback ${stage ?? ""}`.trim();
  return withLock(operator, { text, stack: stage }, options, ({ signal }) =>
    rollbackUnderLock(operator, stage, { ...options, signal }),
  );
}

/** The same where the lock is held already. */
export function rollbackUnderLock(
  operator: Operator,
  stage: string | undefined,
  options: RollbackOptions,
): Promise<MoveOutcome> {
  const find = () => (stage === undefined ? planWayBack(operator) : planRollback(operator, stage));
  return runMove(operator, wayBack(operator, find, options), options);
}

/** @throws Refusal for a stage that is none to go back to, or where Pulumi.yaml has another release than the live one */
async function planRollback(operator: Operator, stage: string): Promise<PlannedMove> {
  if (stage === operator.project.config.abort) return planAbort(operator);
  await requireLiveRelease(operator);
  return planStageBefore(operator, stage);
}

async function planStageBefore(operator: Operator, stage: string): Promise<PlannedMove> {
  const planned = await planMove(operator, await evaluateStage(operator.project, stage), "way back");
  const { move, live } = planned;
  if (move === "rollback" || move === "reapply") return planned;
  throw new Refusal(
    `${stage} is no way back: it would be a ${move}${live.record ? ` (live is ${live.record.stage})` : ""}`,
    `Go on to it with: canary promote ${stage}`,
  );
}

async function requireLiveRelease(operator: Operator): Promise<void> {
  const { release } = operator.project.config;
  const record = await (await requireApplication(operator)).record();
  if (!record || sameRelease(record.release, release)) return;
  throw new Refusal(
    `Pulumi.yaml has release ${releaseText(release)}, but live is ${releaseText(record.release)} at ${record.stage}`,
    "Take the canary out with: canary abort. To go back within the live release, take the commit of the new one back first (git revert).",
  );
}

/** The way back where no stage is named: the abort where this release was at no stage before. */
async function planWayBack(operator: Operator): Promise<PlannedMove> {
  const { project } = operator;
  const application = await requireApplication(operator);
  const conformance = await readConformance(project, application.api);
  if (!conformance) {
    throw new Refusal("nothing was released to this cluster yet", "There is no way back.");
  }
  const { lifecycle, release } = project.config;
  const isLiveRelease = sameRelease(conformance.record.release, release);
  const stage = isLiveRelease
    ? previousStage(conformance, await application.history(), lifecycle)
    : undefined;
  return stage === undefined ? planAbortOf(operator, conformance) : planStageBefore(operator, stage);
}

/**
 * The stage to go back to: the one that is live by the record when a move from it is unfinished; else the last one
 * before it that this release was at. Undefined when the release was at no stage before.
 */
export function previousStage(
  { record, unfinishedMoveTo }: Pick<Conformance, "record" | "unfinishedMoveTo">,
  moves: readonly HistoryEntry[],
  lifecycle: readonly string[],
): string | undefined {
  if (unfinishedMoveTo !== undefined) return record.stage;
  const at = lifecycle.indexOf(record.stage);
  const isBefore = (stage: string) => lifecycle.indexOf(stage) < at && record.reached.includes(stage);
  const moved = moves.find(
    ({ stage, release, result }) =>
      result === "done" && sameRelease(release, record.release) && isBefore(stage),
  );
  const reached = [...record.reached].reverse().find(isBefore);
  return moved?.stage ?? reached;
}
