import { findProcess } from "../process/ledger.ts";
import { kill } from "../process/processes.ts";
import type { ComponentName } from "./components.ts";
import { findNode } from "./node.ts";
import { readinessOf, waitFor } from "./readiness.ts";
import { startMissing } from "./start.ts";

/** For tests of faults: ends components of a running cluster as a crash does, and brings them back. */
export interface ComponentControl {
  /**
   * Ends a component by SIGKILL and waits until it is gone.
   * @throws Error if it does not run
   */
  kill(name: ComponentName): Promise<void>;
  /**
   * Starts the components that were killed, and any other that has ended meanwhile, and waits until the whole cluster
   * is ready again.
   */
  repair(): Promise<void>;
}

/**
 * Control over the components of the cluster in a state folder.
 * @throws Error if there is none
 */
export function componentControl(stateDir: string): ComponentControl {
  const node = findNode(stateDir);
  if (!node) throw new Error(`no cluster runs in ${stateDir}`);
  return {
    async kill(name) {
      const entry = findProcess(stateDir, name);
      if (!entry) throw new Error(`${name} does not run`);
      await kill(entry);
    },
    async repair() {
      await startMissing(node);
      const ready = await readinessOf(node);
      await waitFor(stateDir, "cluster", ready.cluster);
    },
  };
}
