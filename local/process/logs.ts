import { readFileSync, statSync } from "node:fs";

/** How long a file of text is now; 0 where there is none. */
export function lengthOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

/** What was written to a file since it was of that length, without blanks at its end. */
export function writtenSince(file: string, length: number): string {
  if (lengthOf(file) === 0) return "";
  return readFileSync(file).subarray(length).toString().trimEnd();
}
