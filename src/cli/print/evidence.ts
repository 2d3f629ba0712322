import type { Evidence } from "../../judging/soak.ts";
import { seconds } from "./text.ts";

/** What a soak came to: the decision, the sentence, and the numbers that it rests on. */
export function evidenceText({
  decision,
  sentence,
  canary,
  previous,
  looks,
  unread,
  ...evidence
}: Pick<Evidence, "decision" | "sentence" | "canary" | "previous" | "looks" | "seconds"> & {
  readonly unread?: string | null | undefined;
}): string {
  const words = { harm: "HARM", fine: "fine", "go on": "held" }[decision];
  const count = (requests: number) => requests.toLocaleString("en-US");
  return [
    `${words}: the canary ${sentence}`,
    `  canary ${count(canary.failed)} of ${count(canary.requests)} requests failed, previous ${count(previous.failed)} of ${count(previous.requests)}, in ${looks} looks and ${seconds(evidence.seconds)}`,
    ...(unread ? [`  the last look could not be taken: ${unread}`] : []),
  ].join("\n");
}
