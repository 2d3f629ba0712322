import { shellWord } from "../../process/shell.ts";
import type { ActionRequest } from "../contract.ts";

/** How the command is typed in a project's folder. */
export const COMMAND = "npx canary";

/** Options that every command needs to do what the page does: where the project is, how the edge is measured. */
export interface SharedWords {
  readonly everywhere: readonly string[];
  readonly moves: readonly string[];
}

/** What would do in a shell what is asked for from the page: `npx canary promote canary-75 --yes`. */
export function commandLineOf({ kind, stage, reason }: ActionRequest, shared: SharedWords): string {
  if (kind === "judge") return lineOf(["judge", ...shared.everywhere]);
  const named = stage === undefined || kind === "abort" ? [] : [stage];
  const because = kind === "abort" && reason ? ["--reason", reason] : [];
  return lineOf([kind, ...named, "--yes", ...because, ...shared.moves, ...shared.everywhere]);
}

/** `npx canary preview canary-75` */
export const previewLineOf = (stage: string, { everywhere }: SharedWords): string =>
  lineOf(["preview", stage, ...everywhere]);

const lineOf = (words: readonly string[]): string => [COMMAND, ...words.map(shellWord)].join(" ");
