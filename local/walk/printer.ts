import { type Release, releaseText } from "../../src/model/lifecycle.ts";
import { percent } from "../../src/model/traffic.ts";
import { changeText } from "../../src/ops/changes.ts";
import type { StagePreview } from "../../src/ops/move.ts";
import type { Summary } from "../load/summary.ts";
import type { Progress } from "../progress.ts";
import type { Report, Step } from "./report.ts";

/** Prints a walk as it goes. */
export interface WalkPrinter {
  begin(stage: string, release: Release): void;
  preview(preview: StagePreview): void;
  applied(seconds: number): void;
  measured(step: Step, load: Summary | undefined): void;
}

export function walkPrinter(progress: Progress): WalkPrinter {
  return {
    begin: (stage, release) => progress.say(`\n${stage}  httpd ${releaseText(release)}`),
    preview: ({ move, changes }) => {
      progress.say(`  ${move}: ${changes.length} changes`);
      const created = changes.filter(({ operation }) => operation === "create");
      const rest = changes.filter(({ operation }) => operation !== "create");
      if (created.length > 0) progress.say(`    create ${created.map(({ object }) => object).join(", ")}`);
      for (const change of rest) progress.say(`    ${changeText(change)}`);
    },
    applied: (seconds) => progress.say(`  applied in ${seconds.toFixed(1)} s`),
    measured: (step, load) => {
      const under = load ? `, ${load.requests} more under load, ${load.failed} failed` : "";
      progress.say(
        `  share: intended ${percent(step.intended)}, effective ${percent(step.effective)}, measured ${percent(step.measured)} ${step.fits ? "✓ fits" : "✗ DOES NOT FIT"}  (${step.requests} requests, ${step.failed} failed${under})`,
      );
    },
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
    cells.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join("  ");
  const total = `${report.requests} requests, ${report.failed} failed, ${report.seconds.toFixed(0)} s`;
  return [line(COLUMNS), ...rows.map(line), total].join("\n");
}
