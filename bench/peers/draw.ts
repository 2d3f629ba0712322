/** Draws the pictures of docs/peers.md and writes its tables, from the reports of its parts. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PROJECT_ROOT, REPORTS } from "../../local/paths.ts";
import { replaceBetween } from "../availability/document.ts";
import { tablesOf } from "./document.ts";
import { judgedPicture, releasesPicture } from "./pictures.ts";
import { readReport } from "./reports.ts";

const DOCUMENT = join(PROJECT_ROOT, "docs", "peers.md");
const PICTURES = join(PROJECT_ROOT, "docs", "pictures");

const report = await readReport(REPORTS);
const drawn = [
  ...(report.releases.length > 0
    ? [{ name: "peers-releases", alt: "Releases", svg: releasesPicture(report) }]
    : []),
  ...(report.judged.length > 0
    ? [{ name: "peers-canaries", alt: "Bad canaries", svg: judgedPicture(report) }]
    : []),
];
for (const { name, svg } of drawn) await writeFile(join(PICTURES, `${name}.svg`), svg);
const pictures = drawn.map(({ name, alt }) => `![${alt}](pictures/${name}.svg)`);
const measured = [tablesOf(report), ...pictures].join("\n\n");
await writeFile(DOCUMENT, replaceBetween(await readFile(DOCUMENT, "utf8"), "measured", measured));
console.log(
  `${DOCUMENT} and ${drawn.length} pictures show ${report.releases.length} runs of releases and ${report.judged.length} canaries`,
);
