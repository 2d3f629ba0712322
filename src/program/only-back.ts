import { Refusal } from "../errors.ts";
import type { Move } from "../model/lifecycle.ts";

/** What a job that goes back sets: whatever stage somebody starts it with, it brings no canary further. */
export const ONLY_BACK_VARIABLE = "CANARY_ONLY_BACK";

const WAYS_BACK: readonly Move[] = ["rollback", "abort", "reapply"];

const NAMES: Partial<Record<Move, string>> = { first: "the first release", override: "an override" };

/** @throws Refusal for a move that is no way back, where only those are asked for */
export function requireWayBack(
  stage: string,
  move: Move,
  isAsked = process.env[ONLY_BACK_VARIABLE] === "true",
): void {
  if (!isAsked || WAYS_BACK.includes(move)) return;
  throw new Refusal(
    `stage ${stage} is refused: it would be ${NAMES[move] ?? `a ${move}`}, and ${ONLY_BACK_VARIABLE} lets this run only go back`,
    "Choose an earlier stage of the release that is live, or the abort stage. Promotions have jobs of their own.",
  );
}
