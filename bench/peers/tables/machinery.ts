import type { Report } from "../report.ts";
import { inOrder, NAMES, table } from "./cells.ts";

/** What a move comes to that lost what makes it. */
export function killedTable(killed: Report["killed"]): string {
  const head = ["", "killed after", "then", "seconds from when it was back", "requests", "failed"];
  return table(
    head,
    3,
    inOrder(killed).map(({ contender, afterMs, arrived, seconds, requests, failed }) => [
      NAMES[contender],
      `${afterMs / 1000} s`,
      arrived ? "the move came to its end" : "**the move did not come to its end**",
      seconds.toFixed(1),
      requests.toLocaleString("en"),
      failed.toLocaleString("en"),
    ]),
  );
}

/** What each may do in the cluster. */
export function rightsTable(rights: Report["rights"]): string {
  const head = ["", "where", "pairs of a verb and a kind", "of them writing", "on Secrets"];
  return table(
    head,
    2,
    inOrder(rights).map(({ contender, where, pairs, writing, secrets }) => [
      NAMES[contender],
      where === "cluster" ? "in every namespace" : "in its own namespace",
      pairs,
      writing,
      secrets.join(", ") || "none",
    ]),
  );
}
