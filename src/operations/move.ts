import { type Live, NOTHING_LIVE, readLive } from "../application/live.ts";
import { untilRolledOut } from "../cluster/rollouts.ts";
import type { Config } from "../config/stage.ts";
import type { Change } from "../engine/changes.ts";
import { recovering } from "../engine/recovery.ts";
import type { RunOptions, Stack, Stacks } from "../engine/stacks.ts";
import { carryOver, holdsSameObjects } from "../engine/state-transfer.ts";
import { readAhead } from "../engine/states.ts";
import { type Move, moveTo } from "../model/lifecycle.ts";
import { appNames, TRACKS, type TrackName } from "../model/names.ts";
import type { StagePlan } from "../model/plan.ts";
import { progressDeadlineSeconds } from "../model/rollout.ts";
import { type EvaluatedStage, evaluateStage } from "../project/evaluate.ts";
import { type Observer, silentObserver } from "./observer.ts";
import type { Operator } from "./operator.ts";

/** A stage that may be moved to, against what is live. */
export interface PlannedMove extends EvaluatedStage {
  readonly move: Move;
  readonly live: Live;
}

/** A stage before it is applied. */
export interface StagePreview extends PlannedMove {
  readonly changes: readonly Change[];
  readonly stack: Stack;
}

/**
 * Which move a stage is now.
 * @throws Refusal when the lifecycle does not allow it, UserError for values that are wrong
 */
export async function planMove(operator: Operator, stage: string): Promise<PlannedMove> {
  const evaluated = await evaluateStage(operator.project, stage);
  const { config, plan } = evaluated;
  const live = await liveIn(operator, config, plan);
  const move = moveTo(
    { stage, release: config.release, lifecycle: config.lifecycle, override: config.lifecycleOverride },
    live.record,
  );
  return { ...evaluated, move, live };
}

/**
 * What applying a stage would change, exact also for a stage that was never applied: the live stage's state is
 * carried over to it first.
 * @param states what the stacks hold; read now unless given
 * @throws Refusal when the lifecycle does not allow it, UserError for what else stands in the way
 */
export async function previewStage(
  operator: Operator,
  stage: string,
  options?: RunOptions,
  observer: Observer = silentObserver,
  states = readAhead(operator, stage),
): Promise<StagePreview> {
  const planned = await planMove(operator, stage);
  const liveStage = planned.live.record?.stage;
  const isElsewhere = liveStage !== undefined && liveStage !== stage;
  // All at once: each is a process of the engine.
  const [stack, own, source] = await Promise.all([
    operator.stacks.open(stage),
    isElsewhere ? states.of(stage) : undefined,
    isElsewhere ? states.of(liveStage) : undefined,
  ]);
  if (isElsewhere && !source) {
    observer.say(`the state of stack ${liveStage} is not there: objects that are taken over may show as new`);
  }
  const carried = source && !(own && holdsSameObjects(source, own)) ? liveStage : undefined;
  const changes = await recovering(stack, observer, async () => {
    if (carried !== undefined) await carryState(operator.stacks, carried, stack);
    return stack.preview(options);
  });
  return { ...planned, changes, stack };
}

/** Reads what is live as the deployer; nothing is, where the founding stack was never applied. */
export async function liveIn(operator: Operator, config: Config, plan: StagePlan): Promise<Live> {
  const api = await operator.cluster();
  return api
    ? readLive(api, config.namespace, appNames(config.app.name, config.namespace), plan)
    : NOTHING_LIVE;
}

async function carryState(stacks: Stacks, from: string, target: Stack): Promise<void> {
  const [source, own] = await Promise.all([
    stacks.stateOf(from, "in clear"),
    stacks.stateOf(target.name, "in clear"),
  ]);
  if (!source) return;
  await target.importState(carryOver(source, own ?? (await target.exportState()), target.name));
}

/**
 * Applies a stage that was previewed, and waits until the cluster itself says that both tracks are rolled out.
 * @throws UserError with what failed; what was not reached is as it was
 */
export async function applyStage(
  operator: Operator,
  { stack, config, plan }: Pick<StagePreview, "stack" | "config" | "plan">,
  options?: RunOptions,
): Promise<readonly Change[]> {
  const changes = await stack.apply(options);
  await untilTracksRolledOut(operator, config, plan, TRACKS);
  return changes;
}

/** @throws UserError when a rollout fails or does not end in time */
export async function untilTracksRolledOut(
  operator: Operator,
  config: Config,
  plan: StagePlan,
  tracks: readonly TrackName[],
): Promise<void> {
  const api = await operator.cluster();
  if (!api) return;
  const timeout = progressDeadlineSeconds(config.app);
  await Promise.all(
    tracks.map((track) => untilRolledOut(api, config.namespace, plan.tracks[track].name, timeout)),
  );
}
