import type { PageState } from "../../contract.ts";

export type HistoryEntry = PageState["history"][number];

/** What the filter asks for. */
export interface HistoryFilter {
  /** Words that have to be in the entry somewhere, in any order and case. */
  readonly words: string;
  readonly kind: HistoryKind;
}

export const KINDS = ["all", "moves", "judged", "went wrong"] as const;
export type HistoryKind = (typeof KINDS)[number];

/** The entries that a filter lets through, in their order. */
export function filtered(
  entries: readonly HistoryEntry[],
  { words, kind }: HistoryFilter,
): readonly HistoryEntry[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  return entries.filter((entry) => {
    const text = textOf(entry);
    return isOfKind(entry, kind) && wanted.every((word) => text.includes(word));
  });
}

export const isWrong = ({ result, verdict }: HistoryEntry): boolean =>
  result === "failed" || result === "does not fit" || result === "cancelled" || verdict?.decision === "harm";

function isOfKind(entry: HistoryEntry, kind: HistoryKind): boolean {
  switch (kind) {
    case "all":
      return true;
    case "moves":
      return entry.result !== "judged";
    case "judged":
      return entry.verdict !== undefined;
    case "went wrong":
      return isWrong(entry);
  }
}

const textOf = ({ who, move, stage, release, result, override, reason, verdict }: HistoryEntry): string =>
  [who, move, stage, release.previous, release.canary, result, override, reason, verdict?.decision]
    .join(" ")
    .toLowerCase();
