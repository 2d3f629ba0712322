import { createHash } from "node:crypto";
import type { PreviewJson } from "../contract.ts";

/** What a preview comes to, whatever order the engine told it in: two with the same do the same. */
export function fingerprintOf(preview: PreviewJson): string {
  const { stage, release, tracks, changes } = preview;
  const sorted = changes.map((change) => JSON.stringify(change)).sort();
  return createHash("sha256")
    .update(JSON.stringify([stage, release, tracks, sorted]))
    .digest("hex");
}
