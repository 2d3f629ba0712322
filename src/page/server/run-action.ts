import { Refusal, UserError } from "../../errors.ts";
import type { Evidence } from "../../judging/evidence.ts";
import { releaseText } from "../../model/lifecycle.ts";
import { percent } from "../../model/traffic.ts";
import { abort } from "../../operations/abort.ts";
import { type JudgeOptions, judgeLiveStage } from "../../operations/judge.ts";
import { type JudgedPromotion, promoteAndJudge } from "../../operations/judged-promotion.ts";
import type { StagePreview } from "../../operations/move.ts";
import type { Operator } from "../../operations/operator.ts";
import type { MoveOutcome } from "../../operations/outcome.ts";
import { rollback } from "../../operations/rollback.ts";
import type { Identity } from "../../process/identity.ts";
import { exitCodeOfJudgement, exitCodeOfMove, exitCodeOfPromotion } from "../../results/exit.ts";
import { previewJson } from "../../results/json.ts";
import type { VerificationOptions } from "../../verification/options.ts";
import type { ActionRequest } from "../contract.ts";
import type { ActionResult, ActionRun } from "./actions.ts";
import { fingerprintOf } from "./fingerprint.ts";

/** What a move from the page is made with, besides what the viewer said. */
export interface ActionMeans extends ActionRun {
  readonly operator: Operator;
  readonly identity: Identity;
  /** How the edge is measured afterwards. */
  readonly verification: VerificationOptions;
  /** Told after each look of a judgement. */
  readonly onLook: JudgeOptions["onLook"];
}

/**
 * Makes a move as the command with `--yes` does, by the same operations.
 * @throws as the operation does
 */
export async function runAction(request: ActionRequest, means: ActionMeans): Promise<ActionResult> {
  const { operator, ...options } = means;
  const { stage = "", reason = "" } = request;
  const { gate } = operator.project.config;
  const move = { ...options, confirm: async () => true };
  switch (request.kind) {
    case "promote": {
      const confirm = async (preview: StagePreview) => isAsSeen(request, preview);
      const promotion = { ...move, gate, confirm, rollbackOnFailure: false, takeOver: false };
      const outcome = await promoteAndJudge(operator, stage, promotion);
      return ended(exitCodeOfPromotion(outcome, gate), promotionText(outcome));
    }
    case "rollback":
      return moved(await rollback(operator, stage, move));
    case "abort":
      return moved(await abort(operator, { ...move, reason }));
    case "judge": {
      const judged = await judgeLiveStage(operator, { ...options, gate: gate ?? notJudged() });
      return ended(exitCodeOfJudgement(judged.evidence), judgementText(judged.stage.stage, judged.evidence));
    }
  }
}

const ended = (exitCode: number, message: string): ActionResult => ({ exitCode, message, hint: "" });

const moved = (outcome: MoveOutcome): ActionResult => ended(exitCodeOfMove(outcome), moveText(outcome));

function notJudged(): never {
  throw new UserError(
    "nobody says where the canary's requests are counted",
    "Set gate.stats or gate.prometheus in Pulumi.yaml.",
  );
}

/** @throws Refusal where the move would do something else than the viewer decided by */
function isAsSeen({ seen }: ActionRequest, preview: StagePreview): true {
  if (seen === undefined || seen === fingerprintOf(previewJson(preview))) return true;
  throw new Refusal(
    `what moving to ${preview.stage} would change is not what the page showed`,
    "Look at its preview again, and decide on what it then shows.",
  );
}

function moveText({ stage, move, release, applied, verification, seconds }: MoveOutcome): string {
  if (!applied) return `${stage}: nothing was changed`;
  const done = `${stage}: ${move} of ${releaseText(release)} done in ${seconds.toFixed(1)} s`;
  if (!verification) return done;
  const { shares, measurement, fits, problems } = verification;
  const measured = shares.measured === null ? "" : `${percent(shares.measured)} measured, `;
  const counted = `${measured}${measurement.requests} requests, ${measurement.failed} failed: ${fits ? "fits" : "does not fit"}`;
  return [`${done}; ${counted}`, ...problems].join("; ");
}

function promotionText(outcome: JudgedPromotion): string {
  const { judged = outcome.stage, evidence, takenOut } = outcome;
  return [
    moveText(outcome),
    ...(evidence ? [judgementText(judged, evidence)] : []),
    ...(takenOut ? [`taken out: ${moveText(takenOut)}`] : []),
  ].join("; ");
}

const judgementText = (stage: string, { sentence }: Evidence): string => `${stage}: the canary ${sentence}`;
