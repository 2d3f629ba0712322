import type { GateConfig } from "../config/gate.ts";
import type { Evidence } from "../judging/soak.ts";
import { abort } from "./abort.ts";
import { judgeLiveStage } from "./judge.ts";
import type { Operator } from "./operator.ts";
import type { MoveOutcome } from "./outcome.ts";
import { type PromoteOptions, type PromotionOutcome, promote } from "./promote.ts";
import { rollback } from "./rollback.ts";

export interface JudgedPromotionOptions extends PromoteOptions {
  /** How the canary is judged afterwards; undefined where it is not. */
  readonly gate: GateConfig | undefined;
}

/** What came of a promotion that was judged. */
export interface JudgedPromotion extends PromotionOutcome {
  /** Undefined where nothing was judged. */
  readonly evidence: Evidence | undefined;
  /** The abort or the rollback that harm led to. */
  readonly takenOut: MoveOutcome | undefined;
}

/**
 * Promotes, and judges the canary at its new share: harm takes it out at once, as the gate's configuration says. The lock is
 * held while the stage moves and while the canary is taken out, and not in between.
 * @throws as `promote` does
 */
export async function promoteAndJudge(
  operator: Operator,
  stage: string,
  options: JudgedPromotionOptions,
): Promise<JudgedPromotion> {
  const outcome = await promote(operator, stage, options);
  const { gate } = options;
  const hasBoth = hasBothVersions((await operator.project.stage(stage)).traffic.canary);
  const isLive = outcome.applied && !outcome.rolledBack && outcome.verification?.fits !== false;
  if (!gate || !isLive || !hasBoth) return { ...outcome, evidence: undefined, takenOut: undefined };
  const { evidence } = await judgeLiveStage(operator, { ...options, gate }, stage);
  if (evidence.decision !== "harm" || gate.harm === "hold")
    return { ...outcome, evidence, takenOut: undefined };
  options.observer.say(`${stage}: the canary ${evidence.sentence}`);
  const way = { ...options, confirm: async () => true };
  const takenOut =
    gate.harm === "rollback"
      ? await rollback(operator, undefined, way)
      : await abort(operator, { ...way, reason: evidence.sentence });
  return { ...outcome, evidence, takenOut };
}

const hasBothVersions = (canary: number): boolean => canary > 0 && canary < 100;
