import { routerOf } from "../components/edge/index.ts";
import type { Config } from "../config.ts";
import { type Live, NOTHING_LIVE, readLive } from "../live.ts";
import { type Move, moveTo } from "../model/lifecycle.ts";
import { appNames, TRACKS } from "../model/names.ts";
import type { StagePlan } from "../model/plan.ts";
import { untilRolledOut } from "../rollouts.ts";
import { carryOver, holdsSameObjects } from "./carry.ts";
import type { Change } from "./changes.ts";
import type { Operator } from "./operator.ts";
import type { RunOptions, Stack } from "./stacks.ts";

/** A stage before it is applied. */
export interface StagePreview {
  readonly stage: string;
  readonly config: Config;
  readonly plan: StagePlan;
  readonly move: Move;
  readonly live: Live;
  readonly changes: readonly Change[];
  readonly stack: Stack;
}

/**
 * What applying a stage would change, exact also for a stage that was never applied: the live stage's state is
 * carried over to it first.
 * @throws Refusal when the lifecycle does not allow it, UserError for what else stands in the way
 */
export async function previewStage(
  operator: Operator,
  stage: string,
  options?: RunOptions,
): Promise<StagePreview> {
  const config = await operator.project.stage(stage);
  const plan = routerOf(config).plan(config);
  const live = await liveIn(operator, config, plan);
  const move = moveTo(
    { stage, release: config.release, lifecycle: config.lifecycle, override: config.lifecycleOverride },
    live.record,
  );
  const stack = await operator.stacks.open(stage);
  if (live.record && live.record.stage !== stage) await carryLiveState(operator, live.record.stage, stack);
  const changes = await stack.preview(options);
  return { stage, config, plan, move, live, changes, stack };
}

/** Reads what is live as the deployer; nothing is, where the founding stack was never applied. */
export async function liveIn(operator: Operator, config: Config, plan: StagePlan): Promise<Live> {
  const api = await operator.cluster();
  return api
    ? readLive(api, config.namespace, appNames(config.app.name, config.namespace), plan)
    : NOTHING_LIVE;
}

async function carryLiveState(operator: Operator, liveStage: string, target: Stack): Promise<void> {
  const source = await operator.stacks.open(liveStage);
  const [sourceState, targetState] = await Promise.all([source.exportState(), target.exportState()]);
  if (holdsSameObjects(sourceState, targetState)) return;
  await target.importState(carryOver(sourceState, targetState, target.name));
}

/**
 * Applies a stage that was previewed, and waits until the cluster itself says that both tracks are rolled out.
 * @throws UserError with what failed; what was not reached is as it was
 */
export async function applyStage(
  operator: Operator,
  { stack, config, plan }: StagePreview,
  options?: RunOptions,
): Promise<readonly Change[]> {
  const changes = await stack.apply(options);
  const api = await operator.cluster();
  if (api) {
    await Promise.all(
      TRACKS.map((track) =>
        untilRolledOut(api, config.namespace, plan.tracks[track].name, config.app.startSeconds),
      ),
    );
  }
  return changes;
}
