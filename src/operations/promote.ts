import { rm } from "node:fs/promises";
import { join } from "node:path";
import { recovering } from "../engine/recovery.ts";
import { readAhead, type States } from "../engine/states.ts";
import { Refusal, UserError } from "../errors.ts";
import { sameRelease } from "../model/lifecycle.ts";
import { scratchFolder } from "../process/scratch.ts";
import { evaluateStage } from "../project/evaluate.ts";
import { underLock } from "./guarded.ts";
import { readWorld, requireSameWorld, type World } from "./live-snapshot.ts";
import { applyStage, type PlannedMove, previewStage, type StagePreview } from "./move.ts";
import { carryOut, type MoveOptions, type MoveOutcome, Stopwatch } from "./moving.ts";
import type { Operator } from "./operator.ts";
import { rollbackUnderLock } from "./rollback.ts";

export interface PromoteOptions extends MoveOptions {
  /** Whether to apply what was previewed. */
  readonly confirm: (preview: StagePreview) => Promise<boolean>;
  /** Goes back when the stage cannot be applied or does not fit. */
  readonly rollbackOnFailure: boolean;
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
  const ahead = readAhead(operator, stage);
  const config = await operator.project.stage(stage);
  return underLock(operator, config, `promote ${stage}`, options, async (signal, freeBefore) => {
    // Whoever held the lock since may have changed them.
    const states = ahead.age() + CLOCKS_DIFFER_MS < freeBefore ? ahead : undefined;
    const guarded = { ...options, signal, states };
    const outcome = await promoteUnderLock(operator, stage, guarded).catch(async (error: unknown) => {
      if (!options.rollbackOnFailure || signal.aborted || !(error instanceof MoveFailed)) throw error;
      options.observer.say(error.message);
      await rollbackUnderLock(operator, error.from, withoutAsking(guarded));
      throw new UserError(`${stage} failed and was rolled back: ${error.message}`, "Look at: canary history");
    });
    const fits = outcome.verification?.fits !== false;
    if (fits || !options.rollbackOnFailure) return { ...outcome, rolledBack: undefined };
    options.observer.say(`${stage} does not fit: ${outcome.verification?.problems.join("; ")}`);
    return { ...outcome, rolledBack: await rollbackUnderLock(operator, undefined, withoutAsking(guarded)) };
  });
}

/** What two readings of the API server's clock, which tells whole seconds, may be apart from the truth, and a second more. */
const CLOCKS_DIFFER_MS = 2_000;

const withoutAsking = (options: PromoteOptions) => ({ ...options, confirm: async () => true });

/** A failure after the engine began to change things. */
class MoveFailed extends UserError {
  /** The stage that this release was at before; undefined when it was at none. */
  readonly from: string | undefined;

  constructor({ message, hint }: UserError, { live, config }: PlannedMove) {
    super(message, hint);
    const { record } = live;
    this.from = record && sameRelease(record.release, config.release) ? record.stage : undefined;
  }
}

/** A refusal, of another engine's lock, changed nothing. */
const isFailure = (error: unknown): error is UserError =>
  error instanceof UserError && !(error instanceof Refusal);

async function promoteUnderLock(
  operator: Operator,
  stage: string,
  options: PromoteOptions & { readonly states: States | undefined },
): Promise<MoveOutcome> {
  const watch = new Stopwatch(options);
  const folder = await scratchFolder("canary-plan");
  const plan = join(folder, "plan.json");
  try {
    const { preview, world } = await watch.phase("preview", `preview ${stage}`, async (note) => {
      const before = await worldOf(operator, stage);
      const run = { onOutput: options.onOutput, signal: options.signal, plan };
      const onChange = ({ object }: { object: string }) => note(object);
      return {
        preview: await previewStage(operator, stage, { ...run, onChange }, options.observer, options.states),
        world: before,
      };
    });
    if (!(await options.confirm(preview))) return declined(preview, watch);
    await requireUnchanged(operator, preview, world);
    options.signal.throwIfAborted();
    const isInPlace = preview.move === "reapply" && preview.changes.length === 0;
    let began = false;
    const apply = async (run: Parameters<typeof applyStage>[2]) => {
      if (isInPlace) return [];
      began = true;
      return recovering(preview.stack, options.observer, () =>
        applyStage(operator, preview, { ...run, plan }),
      );
    };
    return await carryOut(operator, preview, apply, options, watch).catch((error: unknown) => {
      throw began && isFailure(error) ? new MoveFailed(error, preview) : error;
    });
  } finally {
    await rm(folder, { recursive: true });
  }
}

function declined({ stage, config, move, changes }: StagePreview, watch: Stopwatch): MoveOutcome {
  const { timing, seconds } = watch;
  return {
    stage,
    release: config.release,
    move,
    applied: false,
    changes,
    verification: undefined,
    timing,
    seconds,
  };
}

async function worldOf(operator: Operator, stage: string): Promise<World | undefined> {
  const api = await operator.cluster();
  return api && readWorld(api, await evaluateStage(operator.project, stage));
}

async function requireUnchanged(
  operator: Operator,
  preview: StagePreview,
  before: World | undefined,
): Promise<void> {
  const api = await operator.cluster();
  if (api && before) requireSameWorld(before, await readWorld(api, preview));
}
