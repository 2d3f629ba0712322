import type { PreviewJson } from "../../contract.ts";

export type Change = PreviewJson["changes"][number];

/** Changes by their object, in the order in which the objects come. */
export function byObject(changes: readonly Change[]): readonly (readonly [string, readonly Change[]])[] {
  const objects = new Map<string, Change[]>();
  for (const change of changes) {
    const known = objects.get(change.object);
    if (known) known.push(change);
    else objects.set(change.object, [change]);
  }
  return [...objects];
}
