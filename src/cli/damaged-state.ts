import { UserError } from "../errors.ts";

/** What the CLI says of a state file that is cut off or empty. */
const DAMAGED = /failed to load checkpoint|unable to load checkpoint|unmarshalling checkpoint/;

/**
 * The error for a stack whose state cannot be read, by what Pulumi says; undefined where it says something else.
 * Backends that are plain storage write a state in place, so that an engine that is killed then leaves half of it;
 * they keep the one before beside it.
 */
export function damagedState(stack: string, said: string): UserError | undefined {
  if (!DAMAGED.test(said)) return undefined;
  return new UserError(
    `the state of stack ${stack} cannot be read: ${said}`,
    `An engine that was killed while it wrote leaves half a file. The backend has the one before: put .pulumi/stacks/PROJECT/${stack}.json.bak in the place of ${stack}.json, and run the same again. What it does not know of is taken over from the cluster.`,
  );
}
