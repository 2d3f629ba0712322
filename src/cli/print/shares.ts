import type { Release } from "../../model/lifecycle.ts";
import { percent } from "../../model/traffic.ts";
import { bothShares } from "../../results/json.ts";
import type { FourShares } from "../../verification/verification.ts";
import { shareText, table } from "./text.ts";

/** The four numbers of each version, side by side. */
export function sharesTable(release: Release, canary: FourShares, indent = "  "): string {
  const both = bothShares(canary);
  const row = (name: string, version: string, shares: FourShares) => [
    name,
    version,
    percent(shares.intended),
    shares.effective === null ? "no pod serves" : percent(shares.effective),
    shareText(shares.applied),
    shareText(shares.measured),
  ];
  return table(
    [
      ["", "version", "intended", "effective", "applied", "measured"],
      row("previous", release.previous, both.previous),
      row("canary", release.canary, both.canary),
    ],
    indent,
  );
}
