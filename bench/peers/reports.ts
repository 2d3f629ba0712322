import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Entry, merged, type Report, reportSchema } from "./report.ts";

/** A file for each part: one that was not run has none. */
const fileOf = (folder: string, part: keyof Report): string => join(folder, `peers-${part}.json`);

/** What was measured so far; nothing of a part of which no run was made yet. @throws ZodError for a file of another version of this bench */
export async function readReport(folder: string): Promise<Report> {
  const parts = Object.keys(reportSchema.shape) as (keyof Report)[];
  const read = parts.map(async (part) => [part, await runsIn(fileOf(folder, part))]);
  return reportSchema.parse(Object.fromEntries(await Promise.all(read)));
}

/** Adds a run to the file of its part, in the place of an earlier one of the same sort. */
export async function addToReport(folder: string, entry: Entry): Promise<void> {
  const next = reportSchema.parse(merged(await readReport(folder), entry));
  await mkdir(folder, { recursive: true });
  await writeFile(fileOf(folder, entry.part), `${JSON.stringify(next[entry.part], null, 1)}\n`);
}

async function runsIn(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, "utf8"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
