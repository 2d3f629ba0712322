/** What is wrong with the release record, a line each: before anything that follows from what it says. */
export const contradictionLines = (contradictions: readonly string[]): string[] =>
  contradictions.map((end) => `the release record ${end}`);
