import { silentObserver } from "../../../src/operations/observer.ts";
import { ownIdentity } from "../../../src/process/identity.ts";

/** Options of operations that nobody is asked about, and that nothing is measured after. */
export const unattended = {
  identity: ownIdentity(),
  observer: silentObserver,
  signal: new AbortController().signal,
  verification: undefined,
  confirm: async () => true,
  rollbackOnFailure: false,
  takeOver: false,
};
