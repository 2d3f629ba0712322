import type { PreviewJson } from "../../contract.ts";

export type Change = PreviewJson["changes"][number];

/** Changes by their object, in the order in which the objects come. */
export function byObject(changes: readonly Change[]): readonly (readonly [string, readonly Change[]])[] {
  return [...Map.groupBy(changes, ({ object }) => object)];
}
