import { applyFoundation } from "../../src/operations/foundation.ts";
import { silentObserver } from "../../src/operations/observer.ts";
import type { Operator } from "../../src/operations/operator.ts";
import { ownIdentity } from "../../src/process/identity.ts";

/** Applies what the stages stand on, without asking anybody: the cluster is ours. */
export async function applyLocalFoundation(operator: Operator): Promise<void> {
  await applyFoundation(operator, {
    identity: ownIdentity(),
    observer: silentObserver,
    signal: new AbortController().signal,
    confirm: async () => true,
    takeOver: false,
  });
}
