import { Refusal } from "../errors.ts";
import type { HistoryEntry } from "./history.ts";
import { type LiveRelease, sameRelease } from "./lifecycle.ts";

export type Verdict = NonNullable<HistoryEntry["verdict"]>;

/** What a promotion does when nothing could be said of the canary: it stays, or goes on. */
export type WhenUnknown = "hold" | "proceed";

/**
 * The last verdict on the canary of the live stage; undefined where it was not judged since the stage went live. A move away
 * that failed takes no verdict back, so that it can be made again.
 * @param history newest first
 */
export function verdictOn(
  { stage, release }: Pick<LiveRelease, "stage" | "release">,
  history: readonly HistoryEntry[],
): Verdict | undefined {
  const last = history.find(
    (entry) => entry.stage === stage || (entry.result !== "failed" && entry.result !== "cancelled"),
  );
  return last?.stage === stage && sameRelease(last.release, release) ? last.verdict : undefined;
}

/** Whether a stage with this verdict may be left for a later one. */
export const letsGoOn = (verdict: Pick<Verdict, "decision"> | undefined, unknown: WhenUnknown): boolean =>
  verdict?.decision === "fine" || (verdict?.decision === "go on" && unknown === "proceed");

/** Whether there is anything to judge: both versions have traffic. */
export const hasBothVersions = ({ canary }: { readonly canary: number }): boolean =>
  canary > 0 && canary < 100;

/** The live stage may not be left for another one before its canary is known to be fine. */
export function verdictRefusal(stage: string, to: string, verdict: Verdict | undefined): Refusal {
  const found = {
    none: "nobody has judged its canary",
    harm: "its canary does harm",
    "go on": "nothing can be said of its canary yet",
    fine: "",
  }[verdict?.decision ?? "none"];
  return new Refusal(
    `stage ${to} is refused: ${found} at ${stage}, and gate.required is set`,
    `Judge it with: canary judge. Or set lifecycleOverride in Pulumi.${to}.yaml to the reason why it does not count.`,
  );
}
