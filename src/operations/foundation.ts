import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Change } from "../engine/changes.ts";
import { recovering } from "../engine/recovery.ts";
import type { CreatedObject, RunOptions, Stack } from "../engine/stacks.ts";
import { scratchFolder } from "../process/scratch.ts";
import type { Operator } from "./operator.ts";
import { findTakenOver, requireTakeOver, type TakenOver } from "./taken-over.ts";
import { type OperationOptions, withLock } from "./with-lock.ts";

/** The foundation before it is applied. */
export interface FoundationPreview {
  readonly stack: Stack;
  readonly changes: readonly Change[];
  /** Those of the objects to be created that somebody else made before. */
  readonly takenOver: readonly TakenOver[];
}

export interface FoundationOptions extends OperationOptions {
  /** Takes objects over that somebody else made, also where that changes them. */
  readonly takeOver: boolean;
  /** Told each line that Pulumi prints. */
  readonly onOutput?: ((text: string) => void) | undefined;
  readonly confirm: (preview: FoundationPreview) => Promise<boolean>;
}

/** What came of it. */
export interface FoundationOutcome {
  readonly stack: string;
  /** False where the operator's answer was no. */
  readonly applied: boolean;
  readonly changes: readonly Change[];
}

/**
 * Applies the foundation: previews, asks, and applies what was previewed and nothing else.
 * @throws Refusal for somebody else's objects that would be changed, or for a lock; UserError with what failed
 */
export async function applyFoundation(
  operator: Operator,
  options: FoundationOptions,
): Promise<FoundationOutcome> {
  const { founding } = operator.project.config;
  // Read first: a wrong value is to be found before anything is asked of a cluster.
  await operator.project.foundation();
  const folder = await scratchFolder("canary-plan");
  try {
    // The deployer's token may be what has to be made anew: it may be gone. Before there is a deployer nothing is locked.
    const cluster = async () => (await operator.cluster()) && operator.administrator();
    const locking = { ...operator, cluster };
    return await withLock(locking, { text: "foundation", stack: founding }, options, ({ signal }) =>
      applyUnderLock(operator, { ...options, signal }, join(folder, "plan.json")),
    );
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** @param plan file of what the preview allows the engine to do, and nothing else */
async function applyUnderLock(
  operator: Operator,
  options: FoundationOptions,
  plan: string,
): Promise<FoundationOutcome> {
  const { observer, signal, onOutput } = options;
  const { founding } = operator.project.config;
  const run = (note: (text: string) => void): RunOptions => ({
    onOutput,
    signal,
    plan,
    onChange: ({ object }) => note(object),
  });
  const preview = await observer.phase(`preview ${founding}`, (note) =>
    previewFoundation(operator, options, run(note)),
  );
  requireTakeOver(preview.takenOver, options.takeOver);
  const outcome = { stack: founding, changes: preview.changes };
  if (!(await options.confirm(preview))) return { ...outcome, applied: false };
  signal.throwIfAborted();
  await observer.phase(`apply ${founding}`, (note) =>
    recovering(preview.stack, observer, () => preview.stack.apply(run(note))),
  );
  return { ...outcome, applied: true };
}

/** What applying the foundation would change. */
export async function previewFoundation(
  operator: Operator,
  { observer }: Pick<OperationOptions, "observer">,
  run: RunOptions,
): Promise<FoundationPreview> {
  const created: CreatedObject[] = [];
  const stack = await operator.stacks.open(operator.project.config.founding);
  const changes = await recovering(stack, observer, () => {
    created.length = 0;
    return stack.preview({ ...run, onCreate: (object) => created.push(object) });
  });
  const api = created.length > 0 ? await operator.administrator() : undefined;
  return { stack, changes, takenOver: api ? await findTakenOver(api, created) : [] };
}
