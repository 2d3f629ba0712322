/** Draws the pictures of docs/availability.md and writes its tables, from reports/availability.json. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PROJECT_ROOT, REPORTS } from "../../local/paths.ts";
import { replaceBetween, tablesOf } from "./document.ts";
import { pictureOf } from "./picture.ts";
import { readReport } from "./report.ts";

const DOCUMENT = join(PROJECT_ROOT, "docs", "availability.md");
const PICTURES = join(PROJECT_ROOT, "docs", "pictures");

const report = await readReport(join(REPORTS, "availability.json"));
await mkdir(PICTURES, { recursive: true });
const podsOf = ({ replicas }: (typeof report.runs)[number]) => `${replicas.previous}-${replicas.canary}`;
const allPods = [...new Set(report.runs.map(podsOf))];
for (const pods of allPods) {
  const runs = report.runs.filter((run) => podsOf(run) === pods);
  await writeFile(join(PICTURES, `availability-${pods}.svg`), pictureOf(runs));
}
const pictures = allPods.map(
  (pods) => `![${pods.replace("-", " + ")} pods](pictures/availability-${pods}.svg)`,
);
const measured = [tablesOf(report), ...pictures].join("\n\n");
await writeFile(DOCUMENT, replaceBetween(await readFile(DOCUMENT, "utf8"), "measured", measured));
console.log(`${DOCUMENT} and ${allPods.length} pictures show ${report.runs.length} runs`);
