/** Draws docs/pictures/release.svg from the last walk's report. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { PROJECT_ROOT, REPORTS } from "../../local/paths.ts";
import { pictureOf } from "./picture.ts";
import { reportSchema } from "./report.ts";

const PICTURE = join(PROJECT_ROOT, "docs", "pictures", "release.svg");

const report = reportSchema.parse(JSON.parse(await readFile(join(REPORTS, "release.json"), "utf8")));
await mkdir(dirname(PICTURE), { recursive: true });
await writeFile(PICTURE, pictureOf(report));
console.log(`${PICTURE} shows ${report.steps.length} steps`);
