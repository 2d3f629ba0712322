import { missingCanaries, missingContenders } from "./missing.ts";
import type { Circumstances, Report } from "./report.ts";
import { range } from "./tables/cells.ts";
import { judgedTable } from "./tables/judged.ts";
import { killedTable, rightsTable } from "./tables/machinery.ts";
import { costTable, loadTable, movesTable } from "./tables/releases.ts";

/** Tables of a report in Markdown; a part that was not measured is named as such. */
export function tablesOf(report: Report): string {
  return [
    ...(report.releases.length > 0
      ? [
          "### Releases",
          ...circumstancesOf(report.releases),
          ...missingContenders(report.releases),
          loadTable(report),
          movesTable(report),
          costTable(report),
        ]
      : ["No release was measured."]),
    ...(report.judged.length > 0
      ? [
          "### Bad canaries",
          ...circumstancesOf(report.judged),
          ...missingCanaries(report.judged),
          judgedTable(report.judged),
        ]
      : ["No bad canary was measured."]),
    ...(report.killed.length > 0
      ? [
          "### Killed in the middle of a move",
          ...circumstancesOf(report.killed),
          ...missingContenders(report.killed),
          killedTable(report.killed),
        ]
      : ["Nothing was killed in a measured run."]),
    ...(report.rights.length > 0
      ? ["### Rights in the cluster", ...missingContenders(report.rights), rightsTable(report.rights)]
      : ["No rights were counted."]),
  ].join("\n\n");
}

function circumstancesOf(runs: readonly { readonly circumstances: Circumstances }[]): string[] {
  const [first] = runs;
  if (!first) return [];
  const versions = [...new Set(runs.flatMap(({ circumstances }) => circumstances.versions.split(", ")))];
  const dates = [...new Set(runs.map(({ circumstances }) => circumstances.date))].sort();
  const loads = runs.map(({ circumstances }) => circumstances.loadAverage);
  return [
    `${dates.join(", ")}, ${first.circumstances.cores} cores, load average before the runs ${range(loads)}. ${versions.join(", ")}.`,
  ];
}
