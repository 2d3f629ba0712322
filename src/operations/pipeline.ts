import { applicationOf } from "../application/application.ts";
import type { Change } from "../engine/changes.ts";
import type { RunOptions } from "../engine/stacks.ts";
import { Refusal, UserError } from "../errors.ts";
import type { HistoryEntry } from "../model/history.ts";
import type { RestartCounts, VerificationOptions } from "../verification/options.ts";
import { countRestarts } from "../verification/restarts.ts";
import { untilSettled } from "../verification/settling.ts";
import { type Verification, verifyStage } from "../verification/verification.ts";
import type { PlannedMove } from "./move.ts";
import { announceMove, type MoveEnd, recordMove } from "./move-history.ts";
import type { Operator } from "./operator.ts";
import { type MoveOutcome, outcomeOf } from "./outcome.ts";
import { TimedPhases } from "./timed-phases.ts";
import { explainUnfinishedMove } from "./unfinished-move.ts";
import type { OperationOptions } from "./with-lock.ts";

/** A move that is ready to be executed. */
export interface PreparedMove extends PlannedMove {
  /** What it will change; undefined where it was not previewed. */
  readonly changes?: readonly Change[];
}

/** What one kind of move does in the stages of the pipeline that differ: a promotion or a rollback is such a description. */
export interface MoveSteps<Prepared extends PreparedMove> {
  /** Why, for the history. */
  readonly reason?: string | undefined;
  /** Evaluates the stage, reads what is live and previews it. @throws Refusal for what is not allowed now */
  prepare(phases: TimedPhases): Promise<Prepared>;
  /** @throws UserError when the cluster was changed since it was prepared */
  requireUnchanged?(prepared: Prepared): Promise<void>;
  /** Changes the cluster, and ends when it is rolled out. @throws Refusal only before anything is changed */
  execute(prepared: Prepared, run: RunOptions): Promise<readonly Change[]>;
}

export interface MoveOptions extends OperationOptions {
  /** Undefined where nothing is to be measured. */
  readonly verification: VerificationOptions | undefined;
  /** Told each line that Pulumi prints. */
  readonly onOutput?: ((text: string) => void) | undefined;
}

/** How a move is made known to the operator, who may say no. */
export interface Confirmation<Prepared extends PreparedMove> {
  readonly confirm: (prepared: Prepared) => Promise<boolean>;
}

/** A move that failed after the engine began to change things: what is live may be half of each stage. */
export class MoveFailed extends UserError {
  readonly planned: PlannedMove;

  constructor({ message, hint }: UserError, planned: PlannedMove) {
    super(message, hint);
    this.planned = planned;
  }
}

/**
 * Runs a move under a lock that is held already: prepare, confirm, check that nothing was changed meanwhile, execute,
 * let it settle, measure, and record it in the history, however it ends.
 * @throws Refusal where nothing was changed; MoveFailed with what failed, what is live now, and what to do about it
 */
export async function runMove<Prepared extends PreparedMove>(
  operator: Operator,
  steps: MoveSteps<Prepared>,
  options: MoveOptions & Confirmation<Prepared>,
): Promise<MoveOutcome> {
  const phases = new TimedPhases(options.observer);
  const prepared = await steps.prepare(phases);
  if (!(await options.confirm(prepared))) {
    const { changes = [] } = prepared;
    return outcomeOf(prepared, phases, { applied: false, changes, verification: undefined });
  }
  await steps.requireUnchanged?.(prepared);
  options.signal.throwIfAborted();
  const began = new Date();
  announceMove(prepared, { kind: "start", began }, options);
  const record = (result: HistoryEntry["result"], more: Partial<MoveEnd>) =>
    recordMove(
      operator,
      prepared,
      { began, result, seconds: phases.seconds, reason: steps.reason, ...more },
      options,
    );
  const restartsBefore = await restartsNow(operator, prepared, options);
  const changes = await execute(steps, prepared, options, phases).catch(async (error: unknown) => {
    if (error instanceof Refusal)
      announceMove(prepared, { kind: "failure", began, result: "failed", reason: error.message }, options);
    if (!(error instanceof UserError) || error instanceof Refusal) throw error;
    await record(options.signal.aborted ? "cancelled" : "failed", { reason: error.message });
    throw new MoveFailed(await explainUnfinishedMove(operator, prepared, error, options.signal), prepared);
  });
  const verification = await measure(operator, prepared, options, phases, restartsBefore);
  const { measured = null } = verification?.shares ?? {};
  await record(verification?.fits === false ? "does not fit" : "done", {
    measured,
    isInPlace: prepared.move === "reapply" && changes.length === 0,
  });
  return outcomeOf(prepared, phases, { applied: true, changes, verification });
}

function execute<Prepared extends PreparedMove>(
  steps: MoveSteps<Prepared>,
  prepared: Prepared,
  { onOutput, signal }: MoveOptions,
  phases: TimedPhases,
): Promise<readonly Change[]> {
  return phases.run("apply", `apply ${prepared.stage}`, (note) =>
    steps.execute(prepared, { onOutput, signal, onChange: ({ object }) => note(object) }),
  );
}

/** Undefined where nothing runs yet, or nothing is to be measured. */
async function restartsNow(
  operator: Operator,
  planned: PlannedMove,
  { verification }: MoveOptions,
): Promise<RestartCounts | undefined> {
  const application = await applicationOf(operator);
  return verification && application && countRestarts(application.api, planned);
}

/** Waits until the edge has taken the stage over, and measures it. Undefined where nothing is to be measured. */
async function measure(
  operator: Operator,
  planned: PlannedMove,
  { verification, signal }: MoveOptions,
  phases: TimedPhases,
  restartsBefore: RestartCounts = new Map(),
): Promise<Verification | undefined> {
  const api = await operator.cluster();
  if (!verification || !api) return undefined;
  const live = { ...planned, release: planned.config.release, intended: planned.plan.intended };
  await phases.run("settle", "the edge takes it over", () =>
    untilSettled(api, live, { ...verification, signal }),
  );
  return phases.run("verify", `measure ${planned.stage}`, (note) =>
    verifyStage(api, live, { ...verification, signal, restartsBefore }, (done) => note(`${done} requests`)),
  );
}
