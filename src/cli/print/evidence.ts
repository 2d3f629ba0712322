import type { Measured } from "../../gate/measure.ts";
import type { Evidence } from "../../judging/soak.ts";
import type { Verdict } from "../../model/verdict.ts";
import { seconds } from "./text.ts";

const WORDS = { harm: "HARM", fine: "fine", "go on": "held" } as const;

const count = (requests: number): string => requests.toLocaleString("en-US");

const countsText = ({ canary, previous }: Pick<Verdict, "canary" | "previous">): string =>
  `canary ${count(canary.failed)} of ${count(canary.requests)} requests failed, previous ${count(previous.failed)} of ${count(previous.requests)}`;

/** A verdict that was written down, in a line. */
export const verdictText = (verdict: Verdict): string => `${WORDS[verdict.decision]}: ${countsText(verdict)}`;

const measureText = ({ name, canary, previous }: Pick<Measured, "name" | "canary" | "previous">): string =>
  `${name}: canary ${count(canary.failed)} of ${count(canary.requests)}, previous ${count(previous.failed)} of ${count(previous.requests)}`;

/** What a soak came to: the decision, the sentence, and the numbers that it rests on. */
export function evidenceText({
  decision,
  sentence,
  canary,
  previous,
  looks,
  measures,
  unread,
  ...evidence
}: Pick<Evidence, "decision" | "sentence" | "canary" | "previous" | "looks" | "seconds"> & {
  readonly measures: readonly Omit<Measured, "isHarm">[];
  readonly unread?: string | null | undefined;
}): string {
  return [
    `${WORDS[decision]}: the canary ${sentence}`,
    `  ${countsText({ canary, previous })}, in ${looks} looks and ${seconds(evidence.seconds)}`,
    ...measures.map((measure) => `  ${measureText(measure)}`),
    ...(unread ? [`  the last look could not be taken: ${unread}`] : []),
  ].join("\n");
}
