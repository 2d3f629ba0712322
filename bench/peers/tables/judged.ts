import { HEALTHY } from "../canaries.ts";
import { isPeer } from "../programs.ts";
import type { JudgedRun } from "../report.ts";
import { byKind, inOrder, NAMES, table } from "./cells.ts";

/** What became of each canary, contender beside contender. */
export function judgedTable(judged: readonly JudgedRun[]): string {
  const cells = new Map<string, JudgedRun[]>();
  for (const run of judged) {
    const key = `${run.canary} ${run.rate}`;
    cells.set(key, [...(cells.get(key) ?? []), run]);
  }
  const head = [
    "canary",
    "requests",
    "",
    "peers check each",
    "what became of it",
    "seconds",
    "failed beyond the base rate",
    "all failed, by kind",
  ];
  return table(
    head,
    5,
    [...cells.values()].flatMap((runs) =>
      inOrder(runs).map((run) => [
        run.canary,
        `${run.rate}/s`,
        NAMES[run.contender],
        isPeer(run.contender) ? run.interval : "",
        outcomeText(run),
        run.outcome === "never let in" ? "" : run.seconds,
        beyondBase(run).toLocaleString("en"),
        byKind(run.failuresByKind),
      ]),
    ),
  );
}

/** An outcome that nobody wants is told apart. */
function outcomeText({ canary, outcome }: JudgedRun): string {
  if (!HEALTHY.includes(canary)) return outcome === "released" ? `**${outcome}**` : outcome;
  if (outcome === "taken out") return `**${outcome}: a false alarm**`;
  return outcome === "never let in" ? `**${outcome}**` : outcome;
}

/** Failed requests that are the canary's own doing. */
export const beyondBase = ({ failed, base }: JudgedRun): number => Math.max(0, failed - base);
