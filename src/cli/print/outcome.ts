import { releaseText } from "../../model/lifecycle.ts";
import type { MoveJson, VerificationJson } from "../../results/schemas.ts";
import { sharesTable } from "./shares.ts";
import { seconds } from "./text.ts";

/** How a move ended, told from what `--json` says of it. */
export function outcomeText({
  stage,
  release,
  move,
  applied,
  verification,
  timing,
  seconds: all,
}: MoveJson): string {
  if (!applied) return `${stage}: nothing was changed.`;
  const parts = Object.entries(timing).map(([part, duration]) => `${part} ${seconds(duration)}`);
  return [
    `${stage}  ${move} of ${releaseText(release)} done in ${seconds(all)}  (${parts.join(", ")})`,
    ...(verification ? [verificationText(verification)] : []),
  ].join("\n");
}

export function verificationText({
  url,
  host,
  release,
  shares,
  requests,
  failed,
  problems,
  fits,
}: VerificationJson): string {
  return [
    sharesTable(release, shares.canary),
    `  ${requests} requests to ${url}${host === null ? "" : ` as ${host}`}, ${failed} failed: ${fits ? "fits" : "DOES NOT FIT"}`,
    ...problems.map((problem) => `  - ${problem}`),
  ].join("\n");
}
