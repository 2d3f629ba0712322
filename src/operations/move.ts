import type { Live } from "../application/live.ts";
import { untilRolledOut } from "../cluster/rollouts.ts";
import { versionOf } from "../config/app/versions.ts";
import type { Change } from "../engine/changes.ts";
import { recovering } from "../engine/recovery.ts";
import type { CreatedObject, RunOptions, Stack, Stacks } from "../engine/stacks.ts";
import { holdsSameObjects, transferState } from "../engine/state-transfer.ts";
import { prefetchStates } from "../engine/states.ts";
import { contradictions } from "../model/contradictions.ts";
import { allStages, type Move, moveTo } from "../model/lifecycle.ts";
import { TRACKS, type TrackName } from "../model/names.ts";
import { progressDeadlineSeconds } from "../model/rollout.ts";
import { asRecorded, type EvaluatedStage, evaluateStage } from "../project/evaluate.ts";
import { type Observer, silentObserver } from "./observer.ts";
import type { Operator } from "./operator.ts";
import { requireApplication } from "./require-application.ts";
import { type SettingsOfMove, settingsOfMove } from "./settings-of-move.ts";
import { findTakenOver, type TakenOver } from "./taken-over.ts";

/** A stage that may be moved to, against what is live. */
export interface PlannedMove extends EvaluatedStage, SettingsOfMove {
  readonly move: Move;
  readonly live: Live;
  /** Where the release record contradicts itself or what runs. */
  readonly contradictions: readonly string[];
}

/** A stage before it is applied. */
export interface StagePreview extends PlannedMove {
  readonly changes: readonly Change[];
  /** Those of the objects to be created that somebody else made before. */
  readonly takenOver: readonly TakenOver[];
  readonly stack: Stack;
}

/**
 * Which move a stage is now, by what the cluster says is live.
 * @param direction a way back is to what was live, so the versions are as the record has them
 * @throws Refusal when the lifecycle does not allow it, or when a version that is live would be made from something else;
 *   UserError before the foundation was applied
 */
export async function planMove(
  operator: Operator,
  evaluated: EvaluatedStage,
  direction?: "way back",
): Promise<PlannedMove> {
  const { stage, config, plan } = evaluated;
  const live = await (await requireApplication(operator)).live(plan);
  const move = moveTo({ ...config, stage, override: config.lifecycleOverride }, live.record);
  const isWayBack = direction === "way back";
  const asLive = isWayBack && live.record ? asRecorded(evaluated, live.record) : evaluated;
  const settings = await settingsOfMove(operator.project, asLive, live.record, isWayBack);
  const { record, deployments } = live;
  const found = record ? contradictions(record, deployments, config) : [];
  return { ...asLive, move, live, ...settings, contradictions: found };
}

/**
 * What applying a stage would change.
 * @throws Refusal when the lifecycle does not allow it, UserError for what else stands in the way
 */
export async function previewStage(
  operator: Operator,
  stage: string,
  options?: RunOptions,
  observer: Observer = silentObserver,
): Promise<StagePreview> {
  const states = prefetchStates(operator.stacks, operator.project.config.lifecycle, stage);
  const planned = await planMove(operator, await evaluateStage(operator.project, stage));
  return previewMove(operator, planned, { observer, states, run: options });
}

/** What a preview works with besides the move. */
export interface PreviewOptions {
  readonly observer: Observer;
  /** What the stacks hold. */
  readonly states: ReturnType<typeof prefetchStates>;
  readonly run?: RunOptions | undefined;
}

/**
 * What a planned move would change, exact also for a stage that was never applied: the live stage's state is
 * transferred to its stack first.
 */
export async function previewMove(
  operator: Operator,
  planned: PlannedMove,
  { observer, states, run }: PreviewOptions,
): Promise<StagePreview> {
  const { stage } = planned;
  // Whoever may write the record can name any stack there: only a stage's state is read.
  const liveStage = allStages(planned.config).find((name) => name === planned.live.record?.stage);
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
  const transferFrom = source && !(own && holdsSameObjects(source, own)) ? liveStage : undefined;
  const created: CreatedObject[] = [];
  const changes = await recovering(stack, observer, async () => {
    if (transferFrom !== undefined) await transferStateTo(stack, operator.stacks, transferFrom);
    created.length = 0;
    return stack.preview({ ...run, onCreate: (object) => created.push(object) });
  });
  const { api } = await requireApplication(operator);
  return { ...planned, changes, takenOver: await findTakenOver(api, created), stack };
}

async function transferStateTo(target: Stack, stacks: Stacks, from: string): Promise<void> {
  const [source, own] = await Promise.all([
    stacks.stateOf(from, "in clear"),
    stacks.stateOf(target.name, "in clear"),
  ]);
  if (!source) return;
  await target.importState(transferState(source, own ?? (await target.exportState()), target.name));
}

/**
 * Applies a stage that was previewed, and waits until the cluster itself says that both tracks are rolled out.
 * @throws UserError with what failed; what was not reached is as it was
 */
export async function applyStage(
  operator: Operator,
  preview: Pick<StagePreview, "stack" | "config" | "plan">,
  options?: RunOptions,
): Promise<readonly Change[]> {
  const changes = await preview.stack.apply(options);
  await untilTracksRolledOut(operator, preview, TRACKS);
  return changes;
}

/** @throws UserError when a rollout fails or does not end in time */
export async function untilTracksRolledOut(
  operator: Operator,
  { config, plan }: Pick<EvaluatedStage, "config" | "plan">,
  tracks: readonly TrackName[],
): Promise<void> {
  const api = await operator.cluster();
  if (!api) return;
  await Promise.all(
    tracks.map((track) => {
      const { name, version } = plan.tracks[track];
      const { app } = versionOf(config, version);
      return untilRolledOut(api, config.namespace, name, progressDeadlineSeconds(app));
    }),
  );
}
