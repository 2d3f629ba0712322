import type { Measured } from "../../gate/measure.ts";
import type { Evidence } from "../../judging/evidence.ts";
import type { Verdict } from "../../model/verdict.ts";
import { seconds } from "./text.ts";

/** Evidence as it is, or as `--json` has it. */
type ShownEvidence = Pick<
  Evidence,
  "decision" | "sentence" | "canary" | "previous" | "looks" | "seconds" | "atCanary"
> & {
  readonly measures: readonly Omit<Measured, "isHarm">[];
  readonly own?: OwnShown | null | undefined;
  readonly responseTimes?: Evidence["responseTimes"] | null;
  readonly unread?: string | null | undefined;
};

type OwnShown = Omit<NonNullable<Evidence["own"]>, "failure"> & {
  readonly failure?: string | null | undefined;
};

const WORDS = { harm: "HARM", fine: "fine", "go on": "held" } as const;

const count = (requests: number): string => requests.toLocaleString("en-US");

const countsText = ({ canary, previous }: Pick<Verdict, "canary" | "previous">): string =>
  `canary ${count(canary.failed)} of ${count(canary.requests)} requests failed, previous ${count(previous.failed)} of ${count(previous.requests)}`;

/** A verdict that was written down, in a line. */
export const verdictText = (verdict: Verdict): string => `${WORDS[verdict.decision]}: ${countsText(verdict)}`;

const measureText = ({ name, canary, previous }: Pick<Measured, "name" | "canary" | "previous">): string =>
  `${name}: canary ${count(canary.failed)} of ${count(canary.requests)}, previous ${count(previous.failed)} of ${count(previous.requests)}`;

const ownText = ({ sent, failed, failure, answered, users }: OwnShown): string[] => [
  `of users: ${countsText(users)}`,
  `of the command's own: ${count(sent)} sent, the canary answered ${count(answered.canary)}, previous ${count(answered.previous)}, ${count(failed)} failed${failure ? ` (${failure})` : ""}`,
];

const timesText = ({ canary, previous }: NonNullable<Evidence["responseTimes"]>): string =>
  `answers take ${Math.round(canary)} ms at the canary, ${Math.round(previous)} ms at previous`;

function atCanaryText({ waiting, redispatched }: Evidence["atCanary"]): string[] {
  const lines = [];
  if (waiting > 0) lines.push(`${count(waiting)} requests wait for the canary's answer`);
  if (redispatched > 0)
    lines.push(`${count(redispatched)} requests were not taken by it, and answered elsewhere`);
  return lines;
}

/** What a soak came to: the decision, the sentence, and the numbers that it rests on. */
export function evidenceText({
  decision,
  sentence,
  canary,
  previous,
  looks,
  measures,
  own,
  responseTimes,
  atCanary,
  unread,
  ...evidence
}: ShownEvidence): string {
  return [
    `${WORDS[decision]}: the canary ${sentence}`,
    `  ${countsText({ canary, previous })}, in ${looks} looks and ${seconds(evidence.seconds)}`,
    ...(own ? ownText(own).map((line) => `  ${line}`) : []),
    ...measures.map((measure) => `  ${measureText(measure)}`),
    ...(responseTimes ? [`  ${timesText(responseTimes)}`] : []),
    ...atCanaryText(atCanary).map((line) => `  ${line}`),
    ...(unread ? [`  the last look could not be taken: ${unread}`] : []),
  ].join("\n");
}
