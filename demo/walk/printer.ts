import type { Summary } from "../../bench/load/summary.ts";
import type { Progress } from "../../local/process/progress.ts";
import { outcomeText } from "../../src/cli/print/outcome.ts";
import { newReleaseText } from "../../src/cli/print/release.ts";
import { releaseText } from "../../src/model/lifecycle.ts";
import { percent } from "../../src/model/traffic.ts";
import type { MoveJson, ReleaseJson } from "../../src/results/schemas.ts";
import type { Report } from "./report.ts";

/** Prints a walk as it goes: what is typed, and what the command answers to it. */
export interface WalkPrinter {
  typed(line: string): void;
  moved(move: MoveJson, load: Pick<Summary, "requests" | "failed">): void;
  released(release: ReleaseJson): void;
}

export function walkPrinter({ say }: Pick<Progress, "say">): WalkPrinter {
  return {
    typed: (line) => say(`\n$ ${line}`),
    moved: (move, { requests, failed }) => {
      say(outcomeText(move));
      say(`  under load meanwhile: ${requests} requests, ${failed} failed`);
    },
    released: (release) => say(newReleaseText(release)),
  };
}

const COLUMNS = [
  "stage",
  "release",
  "move",
  "intended",
  "effective",
  "measured",
  "fits",
  "requests",
  "failed",
  "seconds",
];

/** The walk as a table, a line for each step. */
export function reportTable(report: Report): string {
  const rows = report.steps.map((step) => [
    step.stage,
    releaseText(step.release),
    step.move,
    percent(step.intended),
    percent(step.effective),
    percent(step.measured),
    step.fits ? "yes" : "NO",
    String(step.requests),
    String(step.failed),
    step.seconds.toFixed(1),
  ]);
  const widths = COLUMNS.map((column, index) =>
    Math.max(column.length, ...rows.map((row) => row[index]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join("  ")
      .trimEnd();
  const total = `${report.requests} requests, ${report.failed} failed, ${report.seconds.toFixed(0)} s`;
  return [line(COLUMNS), ...rows.map(line), total].join("\n");
}
