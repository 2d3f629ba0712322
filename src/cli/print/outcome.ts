import { releaseText } from "../../model/lifecycle.ts";
import type { MoveOutcome } from "../../ops/moving.ts";
import type { Verification } from "../../ops/verification.ts";
import { sharesTable } from "./shares.ts";
import { seconds } from "./text.ts";

/** How a move ended. */
export function outcomeText({
  stage,
  release,
  move,
  applied,
  verification,
  timing,
  seconds: all,
}: MoveOutcome): string {
  if (!applied) return `${stage}: nothing was changed.`;
  const parts = Object.entries(timing).map(([part, duration]) => `${part} ${seconds(duration)}`);
  return [
    `${stage}  ${move} of ${releaseText(release)} done in ${seconds(all)}  (${parts.join(", ")})`,
    ...(verification ? [verificationText(verification)] : []),
  ].join("\n");
}

export function verificationText({
  url,
  release,
  shares,
  measurement,
  problems,
  fits,
}: Verification): string {
  const { requests, failed } = measurement;
  return [
    sharesTable(release, shares),
    `  ${requests} requests to ${url}, ${failed} failed: ${fits ? "fits" : "DOES NOT FIT"}`,
    ...problems.map((problem) => `  - ${problem}`),
  ].join("\n");
}
