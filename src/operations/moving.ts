import type { Change } from "../engine/changes.ts";
import type { RunOptions } from "../engine/stacks.ts";
import { Refusal, UserError } from "../errors.ts";
import type { HistoryEntry } from "../model/history.ts";
import type { Move, Release } from "../model/lifecycle.ts";
import type { RestartCounts, VerificationOptions } from "../verification/options.ts";
import { countRestarts } from "../verification/restarts.ts";
import { untilSettled } from "../verification/settling.ts";
import { type Verification, verifyStage } from "../verification/verification.ts";
import { type GuardOptions, remember } from "./guarded.ts";
import type { PlannedMove } from "./move.ts";
import type { Operator } from "./operator.ts";
import { explainUnfinished } from "./unfinished.ts";

export interface MoveOptions extends GuardOptions {
  /** Undefined where nothing is to be measured. */
  readonly verification: VerificationOptions | undefined;
  /** Told each line that Pulumi prints. */
  readonly onOutput?: ((text: string) => void) | undefined;
}

/** What came of a move. */
export interface MoveOutcome {
  readonly stage: string;
  readonly release: Release;
  readonly move: Move;
  readonly applied: boolean;
  readonly changes: readonly Change[];
  /** Undefined where nothing was applied or measured. */
  readonly verification: Verification | undefined;
  /** Seconds of each part. */
  readonly timing: Timing;
  /** Seconds from the lock to the end, without the time that a person took to answer. */
  readonly seconds: number;
}

export type Timing = Readonly<Record<string, number>>;

/** Runs the parts of a move under their titles and keeps how long each took. */
export class Stopwatch {
  readonly timing: Record<string, number> = {};
  private readonly options: Pick<GuardOptions, "observer">;

  constructor(options: Pick<GuardOptions, "observer">) {
    this.options = options;
  }

  async phase<T>(
    part: string,
    title: string,
    work: (note: (text: string) => void) => Promise<T>,
  ): Promise<T> {
    const started = performance.now();
    try {
      return await this.options.observer.phase(title, work);
    } finally {
      this.timing[part] = (this.timing[part] ?? 0) + (performance.now() - started) / 1000;
    }
  }

  get seconds(): number {
    return Object.values(this.timing).reduce((sum, seconds) => sum + seconds, 0);
  }
}

/**
 * Applies a move, measures the stage and writes both down, however it ends.
 * @param apply changes the cluster, and ends when it is rolled out
 * @throws UserError with what failed and in which state that leaves things; Refusal when another engine is at work
 */
export async function carryOut(
  operator: Operator,
  planned: PlannedMove,
  apply: (run: RunOptions) => Promise<readonly Change[]>,
  options: MoveOptions,
  watch: Stopwatch,
): Promise<MoveOutcome> {
  const { stage, config, plan, move } = planned;
  const time = new Date().toISOString();
  const finish = (result: HistoryEntry["result"], measured: number | null, reason?: string) =>
    remember(
      operator,
      config,
      {
        time,
        who: options.identity.who,
        move,
        stage,
        release: config.release,
        effective: plan.effectiveCanary,
        measured,
        override: config.lifecycleOverride ?? "",
        result,
        seconds: Number(watch.seconds.toFixed(1)),
        ...(reason !== undefined && { reason }),
      },
      options.observer,
    );
  const restartsBefore = await restartsNow(operator, planned, options);
  const changes = await watch
    .phase("apply", `apply ${stage}`, (note) =>
      apply({
        onOutput: options.onOutput,
        signal: options.signal,
        onChange: ({ object }) => note(object),
      }),
    )
    .catch(async (error: unknown) => {
      // A refusal comes before anything is changed.
      if (!(error instanceof UserError) || error instanceof Refusal) throw error;
      await finish(options.signal.aborted ? "cancelled" : "failed", null, error.message);
      throw await explainUnfinished(operator, planned, error, options.signal);
    });
  const verification = await verifyMove(operator, planned, options, watch, restartsBefore);
  const measured = verification?.shares.measured ?? null;
  await finish(verification?.fits === false ? "does not fit" : "done", measured);
  return {
    stage,
    release: config.release,
    move,
    applied: true,
    changes,
    verification,
    timing: watch.timing,
    seconds: watch.seconds,
  };
}

/** Undefined where nothing runs yet, or nothing is to be measured. */
async function restartsNow(
  operator: Operator,
  planned: PlannedMove,
  { verification }: MoveOptions,
): Promise<RestartCounts | undefined> {
  const api = await operator.cluster();
  return verification && api && countRestarts(api, planned);
}

async function verifyMove(
  operator: Operator,
  planned: PlannedMove,
  { verification, signal }: MoveOptions,
  watch: Stopwatch,
  restartsBefore: RestartCounts = new Map(),
): Promise<Verification | undefined> {
  const api = await operator.cluster();
  if (!verification || !api) return undefined;
  const live = { ...planned, release: planned.config.release, intended: planned.plan.intended };
  await watch.phase("settle", "the edge takes it over", () =>
    untilSettled(api, live, { ...verification, signal }),
  );
  return watch.phase("verify", `measure ${planned.stage}`, (note) =>
    verifyStage(api, live, { ...verification, signal, restartsBefore }, (done) => note(`${done} requests`)),
  );
}
