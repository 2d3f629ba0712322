import { readLedger } from "../process/ledger.ts";
import { killTree } from "../process/processes.ts";

/** The ledger's name of a `canary` that works on an environment's stacks. */
export const COMMAND = "canary";

/** The ledger's name of the page that shows them meanwhile. */
export const PAGE = "canary page";

/** Ends every recorded command with its engine and plugins: nothing may work on stacks that are being taken down. */
export async function killCommands(stateDir: string): Promise<void> {
  for (const entry of readLedger(stateDir))
    if (entry.name === COMMAND || entry.name === PAGE) await killTree(stateDir, entry);
}
