import { rm } from "node:fs/promises";
import { join } from "node:path";
import { recovering } from "../engine/recovery.ts";
import { prefetchStates, type States } from "../engine/states.ts";
import { scratchFolder } from "../process/scratch.ts";
import { type EvaluatedStage, evaluateStage } from "../project/evaluate.ts";
import { type LiveSnapshot, requireUnchanged, takeSnapshot } from "./live-snapshot.ts";
import { applyStage, planMove, previewMove, type StagePreview } from "./move.ts";
import type { Operator } from "./operator.ts";
import type { MoveOutcome } from "./outcome.ts";
import { type Confirmation, MoveFailed, type MoveOptions, type MoveSteps, runMove } from "./pipeline.ts";
import { rollBackFailed, rollBackUnfit } from "./rollback-on-failure.ts";
import { requireTakeOver } from "./taken-over.ts";
import { withLock } from "./with-lock.ts";

export interface PromoteOptions extends MoveOptions, Confirmation<StagePreview> {
  /** Goes back when the stage cannot be applied or does not fit. */
  readonly rollbackOnFailure: boolean;
  /** Takes objects over that somebody else made, also where that changes them. */
  readonly takeOver: boolean;
}

/** What came of a promotion, and of the way back where that was taken. */
export interface PromotionOutcome extends MoveOutcome {
  readonly rolledBack: MoveOutcome | undefined;
}

/**
 * Moves to a stage: takes the lock, previews, asks, applies what was previewed and nothing else, waits until it is
 * rolled out, measures, and writes it down.
 * @throws Refusal for what lifecycle or lock do not allow; UserError for what failed, and where the cluster was
 * changed between preview and update
 */
export async function promote(
  operator: Operator,
  stage: string,
  options: PromoteOptions,
): Promise<PromotionOutcome> {
  const prefetched = prefetchStates(operator.stacks, operator.project.config.lifecycle, stage);
  const evaluated = await evaluateStage(operator.project, stage);
  // The way back out has to be there before it is needed.
  await operator.project.requireSecrets([stage, operator.project.config.abort]);
  return withLock(
    operator,
    { text: `promote ${stage}`, stack: stage },
    options,
    async ({ signal, unheldMs }) => {
      // A holder of the lock since then may have changed the states.
      const isFresh = prefetched.age() + CLOCK_TOLERANCE_MS < unheldMs;
      const states = isFresh ? prefetched : undefined;
      const outcome = await promoteUnderLock(operator, evaluated, { ...options, signal, states });
      const fits = outcome.verification?.fits !== false;
      if (fits || !options.rollbackOnFailure) return { ...outcome, rolledBack: undefined };
      return { ...outcome, rolledBack: await rollBackUnfit(operator, outcome, { ...options, signal }) };
    },
  );
}

/**
 * How far a difference of two times by the API server's clock can be from the truth. It tells whole seconds, so each
 * time is up to a second early: 10.9 s and 12.0 s read as 10 and 12. A second more is kept in reserve.
 */
const CLOCK_TOLERANCE_MS = 2_000;

interface PromotionUnderLock extends PromoteOptions {
  /** What the stacks hold; undefined where that has to be read now. */
  readonly states: States | undefined;
}

async function promoteUnderLock(
  operator: Operator,
  evaluated: EvaluatedStage,
  options: PromotionUnderLock,
): Promise<MoveOutcome> {
  const folder = await scratchFolder("canary-plan");
  const steps = promotionTo(evaluated, operator, options, join(folder, "plan.json"));
  try {
    return await runMove(operator, steps, options);
  } catch (error) {
    if (!options.rollbackOnFailure || options.signal.aborted || !(error instanceof MoveFailed)) throw error;
    throw await rollBackFailed(operator, error, options);
  } finally {
    await rm(folder, { recursive: true });
  }
}

interface Promotion extends StagePreview {
  /** The cluster right before the preview. */
  readonly before: LiveSnapshot;
}

/** @param updatePlan file of what the preview allows the engine to do, and nothing else */
function promotionTo(
  evaluated: EvaluatedStage,
  operator: Operator,
  { observer, onOutput, signal, states, takeOver }: PromotionUnderLock,
  updatePlan: string,
): MoveSteps<Promotion> {
  const { stage } = evaluated;
  return {
    prepare: (phases) =>
      phases.run("preview", `preview ${stage}`, async (note) => {
        const now = states ?? prefetchStates(operator.stacks, evaluated.config.lifecycle, stage);
        const before = await takeSnapshot(operator, evaluated);
        const planned = await planMove(operator, evaluated);
        const onChange = ({ object }: { readonly object: string }) => note(object);
        const run = { onOutput, signal, plan: updatePlan, onChange };
        const preview = await previewMove(operator, planned, { observer, states: now, run });
        requireTakeOver(preview.takenOver, takeOver);
        return { ...preview, before };
      }),
    requireUnchanged: async ({ before }) => {
      requireUnchanged(before, await takeSnapshot(operator, evaluated));
    },
    execute: async (preview, run) => {
      const isInPlace = preview.move === "reapply" && preview.changes.length === 0;
      if (isInPlace) return [];
      return recovering(preview.stack, observer, () =>
        applyStage(operator, preview, { ...run, plan: updatePlan }),
      );
    },
  };
}
