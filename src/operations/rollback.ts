import { readHistory } from "../application/history.ts";
import { readRecord } from "../application/live.ts";
import { recovering } from "../engine/recovery.ts";
import { Refusal } from "../errors.ts";
import type { HistoryEntry } from "../model/history.ts";
import { releaseText, sameRelease } from "../model/lifecycle.ts";
import { appNames } from "../model/names.ts";
import type { ReleaseRecord } from "../model/record.ts";
import { underLock } from "./guarded.ts";
import { type PlannedMove, planMove, untilTracksRolledOut } from "./move.ts";
import { carryOut, type MoveOptions, type MoveOutcome, Stopwatch } from "./moving.ts";
import type { Operator } from "./operator.ts";
import { type Standing, standing } from "./unfinished.ts";

export interface RollbackOptions extends MoveOptions {
  readonly confirm: (planned: PlannedMove) => Promise<boolean>;
}

/**
 * Goes back to a stage; without one, to the stage that was live before, or out of a move that did not end.
 *
 * Faster than a promotion by what is left out: no preview (the engine compares the stack with the cluster while it
 * applies; what it would show was applied before), no update plan and no comparison with one, and no state carried
 * over (objects that the stack does not know are taken over by server-side apply). The lock, the lifecycle and the
 * order of the tracks stay.
 * @throws Refusal when there is no way back
 */
export async function rollback(
  operator: Operator,
  stage: string | undefined,
  options: RollbackOptions,
): Promise<MoveOutcome> {
  return underLock(operator, operator.project.config, `rollback ${stage ?? ""}`.trim(), options, (signal) =>
    rollbackUnderLock(operator, stage, { ...options, signal }),
  );
}

/** The same where the lock is held already. */
export async function rollbackUnderLock(
  operator: Operator,
  stage: string | undefined,
  options: RollbackOptions,
): Promise<MoveOutcome> {
  const watch = new Stopwatch(options);
  const planned = await watch.phase("find", "find the way back", async (note) => {
    const target = stage ?? (await stageBefore(operator));
    note(target);
    await requireLiveRelease(operator);
    return requireWayBack(await planMove(operator, target));
  });
  const { config, plan, move } = planned;
  if (!(await options.confirm(planned))) {
    const { timing, seconds } = watch;
    const common = { stage: planned.stage, release: config.release, move, changes: [], timing, seconds };
    return { ...common, applied: false, verification: undefined };
  }
  return carryOut(
    operator,
    planned,
    async (run) => {
      const stack = await operator.stacks.open(planned.stage);
      const changes = await recovering(stack, options.observer, () => stack.apply(run));
      // The canary may be what is broken: what has to be ready is the track that takes its traffic over.
      await untilTracksRolledOut(operator, config, plan, ["previous"]);
      return changes;
    },
    options,
    watch,
  );
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
  const { app, namespace, release } = operator.project.config;
  const api = await operator.cluster();
  const record = api && (await readRecord(api, namespace, appNames(app.name, namespace).record));
  if (!record || sameRelease(record.release, release)) return;
  throw new Refusal(
    `Pulumi.yaml has release ${releaseText(release)}, but live is ${releaseText(record.release)} at ${record.stage}`,
    "Take the commit of the new release back (git revert), then roll back again.",
  );
}

async function stageBefore(operator: Operator): Promise<string> {
  const api = await operator.cluster();
  const now = api && (await standing(operator, api));
  if (!api || !now) throw new Refusal("nothing was released to this cluster yet", "There is no way back.");
  const { app, namespace, lifecycle } = operator.project.config;
  const moves = await readHistory(api, namespace, appNames(app.name, namespace).history);
  return previousStage(now, moves, lifecycle);
}

/**
 * The stage to go back to: the one that is live by the record when a move from it did not end; else the last one
 * before it that this release was at.
 * @throws Refusal when the release was at no stage before
 */
export function previousStage(
  { record, towards }: Pick<Standing, "record" | "towards">,
  moves: readonly HistoryEntry[],
  lifecycle: readonly string[],
): string {
  if (towards !== undefined) return record.stage;
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
