import { applicationOf } from "../application/application.ts";
import type { GateConfig } from "../config/gate.ts";
import type { Evidence } from "../judging/evidence.ts";
import { moveTo } from "../model/lifecycle.ts";
import { hasBothVersions, letsGoOn, verdictOn } from "../model/verdict.ts";
import { type EvaluatedStage, evaluateStage } from "../project/evaluate.ts";
import { abort } from "./abort.ts";
import { type JudgeOptions, judgeLiveStage } from "./judge.ts";
import { requireSource } from "./look-source.ts";
import type { Operator } from "./operator.ts";
import type { MoveOutcome } from "./outcome.ts";
import { type PromoteOptions, type PromotionOutcome, promote } from "./promote.ts";
import { rollback } from "./rollback.ts";

export interface JudgedPromotionOptions extends PromoteOptions, Pick<JudgeOptions, "probes" | "onLook"> {
  /** How the canary is judged afterwards; undefined where it is not. */
  readonly gate: GateConfig | undefined;
  /** Told what was moved, before that is judged: a judgement that fails takes nothing back. */
  readonly onMoved?: ((moved: JudgedPromotion) => void) | undefined;
  /** Told after each look of a judgement, and of which stage it is. */
  readonly onLook?: JudgeOptions["onLook"];
}

/** What came of a promotion that was judged. */
export interface JudgedPromotion extends PromotionOutcome {
  /** The stage that was judged: the one promoted to, or the live one that was to be left. */
  readonly judged: string | undefined;
  /** Undefined where nothing was judged. */
  readonly evidence: Evidence | undefined;
  /** The abort or the rollback that harm led to. */
  readonly takenOut: MoveOutcome | undefined;
}

/**
 * Promotes, and judges the canary at its new share: harm takes it out at once, as the gate's configuration says. The lock is
 * held while the stage moves and while the canary is taken out, and not in between. A stage that nobody judged since it went
 * live, because a command was killed, is judged before it is left.
 * @returns what came of it: not applied, and with the evidence on the live stage, where that may not be left
 * @throws as `promote` does
 */
export async function promoteAndJudge(
  operator: Operator,
  stage: string,
  options: JudgedPromotionOptions,
): Promise<JudgedPromotion> {
  const { gate } = options;
  if (!gate) return { ...(await promote(operator, stage, options)), ...NOT_JUDGED };
  const gated = { ...options, gate };
  const evaluated = await evaluateStage(operator.project, stage);
  requireSource(evaluated, gate); // What cannot be judged is said before anything moves.
  const heldBack = await judgeBeforeLeaving(operator, evaluated, gated);
  if (heldBack) return heldBack;
  const outcome = await promote(operator, stage, options);
  options.onMoved?.({ ...outcome, ...NOT_JUDGED });
  const isLive = outcome.applied && !outcome.rolledBack && outcome.verification?.fits !== false;
  if (!isLive || !hasBothVersions(evaluated.plan.intended)) return { ...outcome, ...NOT_JUDGED };
  return { ...outcome, ...(await judgeAndAct(operator, stage, gated)) };
}

const NOT_JUDGED = { judged: undefined, evidence: undefined, takenOut: undefined };

type Gated = JudgedPromotionOptions & { readonly gate: GateConfig };

/** @returns the promotion that is not made, where the verdict on the live stage forbids to leave it; else undefined */
async function judgeBeforeLeaving(
  operator: Operator,
  { stage, config }: EvaluatedStage,
  options: Gated,
): Promise<JudgedPromotion | undefined> {
  const application = await applicationOf(operator);
  const live = await application?.record();
  if (!application || !live || !hasBothVersions(live.intended)) return undefined;
  const move = moveTo({ ...config, stage, override: config.lifecycleOverride }, live);
  if (move !== "promotion" || config.lifecycleOverride) return undefined;
  const { unknown } = options.gate;
  if (letsGoOn(verdictOn(live, await application.history()), unknown)) return undefined;
  const judged = await judgeAndAct(operator, live.stage, options);
  if (letsGoOn(judged.evidence, unknown)) return undefined;
  const nothing = { applied: false, changes: [], verification: undefined, rolledBack: undefined };
  return { stage, release: config.release, move, ...nothing, timing: {}, seconds: 0, ...judged };
}

async function judgeAndAct(
  operator: Operator,
  stage: string,
  options: Gated,
): Promise<Pick<JudgedPromotion, "judged" | "takenOut"> & { readonly evidence: Evidence }> {
  const { evidence } = await judgeLiveStage(operator, options, stage);
  if (evidence.decision !== "harm" || options.gate.harm === "hold")
    return { judged: stage, evidence, takenOut: undefined };
  options.observer.say(`${stage}: the canary ${evidence.sentence}`);
  const way = { ...options, confirm: async () => true };
  const takenOut =
    options.gate.harm === "rollback"
      ? await rollback(operator, undefined, way)
      : await abort(operator, { ...way, reason: evidence.sentence });
  return { judged: stage, evidence, takenOut };
}
