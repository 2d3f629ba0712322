import type { Waiting } from "./counters.ts";
import type { GateState, Judgement } from "./gate.ts";
import type { Counts } from "./look.ts";
import type { Measured } from "./measure.ts";
import type { GateParameters } from "./parameters.ts";
import type { Restarts } from "./restarts.ts";

/** What a soak has shown, in one sentence. @param bound what `boundOf` gives for the state */
export function sentenceOf(
  { canary, previous }: Pick<GateState, "canary" | "previous">,
  { decision, eA }: Pick<Judgement, "decision" | "eA">,
  bound: number,
  { niRatio, niPass }: Pick<GateParameters, "niRatio" | "niPass">,
): string {
  const rates = `fails ${rateText(canary)} where previous fails ${rateText(previous)}`;
  const margin = `it fails at most ${niRatio} x as often plus ${percentText(bound)}`;
  switch (decision) {
    case "harm":
      return `${rates}: chance would show this once in ${countText(eA)} soaks`;
    case "fine":
      return `${rates}: ${margin}, with ${Number((100 - 100 / niPass).toFixed(2))} % certainty`;
    case "go on":
      if (canary.requests === 0) return "no request has reached the canary yet";
      return bound < 1
        ? `${rates}: not enough traffic to say more than: ${margin}`
        : `${rates}: not enough traffic to say anything yet`;
  }
}

/** What restarts show, where they alone are harm. */
export function restartSentence(canary: Restarts, previous: Restarts): string {
  const minutes = ({ podSeconds }: Restarts) => `${Math.round(podSeconds / 60)} pod-minutes`;
  return `has pods that restarted ${canary.restarts} times in ${minutes(canary)}, where previous' did ${previous.restarts} times in ${minutes(previous)} and a healthy one does once a week`;
}

/** What a measure shows, where it is harm. */
export const measureSentence = (measure: Measured): string =>
  `${measureRates(measure)}: chance would show this once in ${countText(measure.eA)} soaks`;

/** What a measure shows, where it alone keeps the canary from being fine. */
export const doubtSentence = (measure: Measured): string =>
  measure.canary.requests + measure.previous.requests === 0
    ? `does not fail more often, and of its ${measure.name} nothing is known yet`
    : `does not fail more often, and ${measureRates(measure)}: not enough to be sure yet`;

/** What is said of a canary that was fine when it could last be looked at. */
export const UNREAD_SENTENCE = "did not fail more often when it could last be looked at";

/** What response times show, where they alone keep the canary from being fine. Milliseconds. */
export const slowSentence = (canary: number, previous: number): string =>
  `does not fail more often, and answers in ${msText(canary)} where previous answers in ${msText(previous)}`;

/** What is said of a canary that is not fine only for what may still fail. @param waiting requests without an answer yet */
export const waitingSentence = (waiting: Waiting): string =>
  `does not fail more often, and ${countText(waiting.canary)} of its requests wait for an answer where ${countText(waiting.previous)} of previous' do`;

const msText = (ms: number): string => `${Math.round(ms)} ms`;

const measureRates = ({ name, canary, previous }: Measured): string =>
  `has ${name} in ${rateText(canary)} where previous has them in ${rateText(previous)}`;

const rateText = ({ requests, failed }: Counts): string =>
  requests === 0 ? "nothing of no request" : percentText(failed / requests);

/** What is less is said to be less: a bound may come out as 8.7e-17. */
const LEAST_PERCENT = 0.001;

/** `4.1 %`; two significant digits below one percent, so that 0.02 % is not 0 %. */
function percentText(part: number): string {
  const percent = 100 * part;
  if (percent > 0 && percent < LEAST_PERCENT) return `less than ${LEAST_PERCENT} %`;
  return `${percent === 0 || percent >= 1 ? Number(percent.toFixed(1)) : Number(percent.toPrecision(2))} %`;
}

/** `1,900`, to two digits; from a million on in words that can be read. */
function countText(count: number): string {
  if (count >= 1e6) return "more than a million";
  return Number(count.toPrecision(2)).toLocaleString("en-US");
}
