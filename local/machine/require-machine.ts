import { UserError } from "../../src/errors.ts";
import { inspectMachine } from "./inspection.mjs";
import { lackOf } from "./requirements.mjs";

/**
 * Makes sure that this machine can hold a cluster.
 * @throws UserError naming what is missing
 */
export async function requireMachine(stateDir: string): Promise<void> {
  const lack = lackOf(await inspectMachine(stateDir));
  if (lack) throw new UserError(lack.message, lack.hint);
}
