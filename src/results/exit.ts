import type { GateConfig } from "../config/gate.ts";
import { Refusal } from "../errors.ts";
import type { Evidence } from "../judging/evidence.ts";
import type { JudgedPromotion } from "../operations/judged-promotion.ts";
import type { MoveOutcome } from "../operations/outcome.ts";
import type { Check } from "../platforms/check.ts";

/** How the command ends, for scripts and pipelines; what is done from the page ends the same. */
export const EXIT = {
  done: 0,
  failed: 1,
  wrongUse: 2,
  refused: 3,
  doesNotFit: 4,
  held: 5,
  harm: 6,
  wouldChange: 10,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The exit code of a move that ended without a failure: it may have been declined, or not fit. */
export function exitCodeOfMove({ applied, verification }: MoveOutcome): ExitCode {
  if (!applied) return EXIT.failed;
  return verification?.fits === false ? EXIT.doesNotFit : EXIT.done;
}

/** The exit code of a judgement: harm may have been taken out, or not. */
export const exitCodeOfJudgement = ({ decision }: Pick<Evidence, "decision">): ExitCode =>
  ({ harm: EXIT.harm, fine: EXIT.done, "go on": EXIT.held })[decision];

/** A canary of which nothing can be said stops the promotion, unless the gate is configured to go on. */
export function exitCodeOfPromotion(outcome: JudgedPromotion, gate: GateConfig | undefined): ExitCode {
  const moved = exitCodeOfMove(outcome);
  const isHeldBack = outcome.evidence && !outcome.applied;
  if (!outcome.evidence || (moved !== EXIT.done && !isHeldBack)) return moved;
  const judged = exitCodeOfJudgement(outcome.evidence);
  return judged === EXIT.held && gate?.unknown === "proceed" ? EXIT.done : judged;
}

/** The exit code of what was found at a platform: what is not so goes before what cannot be said. */
export function exitCodeOfChecks(checks: readonly Pick<Check, "outcome">[]): ExitCode {
  const outcomes = checks.map(({ outcome }) => outcome);
  if (outcomes.includes("broken")) return EXIT.doesNotFit;
  return outcomes.includes("unreadable") ? EXIT.held : EXIT.done;
}

/** The exit code of an operation that failed. */
export const exitCodeOfFailure = (error: unknown): ExitCode =>
  error instanceof Refusal ? EXIT.refused : EXIT.failed;
