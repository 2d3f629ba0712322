import { untilGone } from "./await.ts";
import { failedAs } from "./errors.ts";
import type { JsonObject } from "./json.ts";
import { annotation, refOf } from "./objects.ts";
import { type Session, waiterFor } from "./operations.ts";

/** Deletes the object and waits until it is gone; one that is gone already, or whose kind is, is done. */
export async function remove(session: Session, outputs: JsonObject, timeout: number): Promise<void> {
  const ref = refOf(outputs);
  try {
    const live = await session.cluster.get(ref);
    if (!live) return;
    await session.cluster.remove(ref, annotation(outputs, "deletionPropagationPolicy") ?? "Foreground");
    await untilGone(live, waiterFor(session, outputs, timeout));
  } catch (error) {
    if (!failedAs(error, "not-found", "no-match")) throw error;
  }
}
