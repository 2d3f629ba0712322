import { readFileSync, renameSync, writeFileSync } from "node:fs";
import type { z } from "zod";
import { isMissing } from "./procfs.ts";

/**
 * What a file of the state folder says; undefined where there is none.
 * @param problem what is said of a file that says something else, after its name
 */
export function readState<T>(file: string, schema: z.ZodType<T>, problem: string): T | undefined {
  try {
    return schema.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw new Error(`${file} ${problem}`, { cause: error });
  }
}

/** Writes a file that others see whole: as it was before, or as it is now. */
export function replaceState(file: string, content: unknown): void {
  writeFileSync(`${file}.new`, `${JSON.stringify(content, null, 2)}\n`);
  renameSync(`${file}.new`, file);
}
