import { UserError } from "../../errors.ts";

/** What the CLI says of a state file that is cut off or empty. */
const DAMAGED = /failed to load checkpoint|unable to load checkpoint|unmarshalling checkpoint/;

/**
 * The error for a stack whose state cannot be read, by what Pulumi says; undefined where it says something else. A
 * backend in a folder writes a state and, beside it, a small file of attributes: the first at once or not at all, the
 * second in place. An engine that is killed in between leaves the second empty (seen with engine 3.246).
 */
export function damagedState(stack: string, said: string): UserError | undefined {
  if (!DAMAGED.test(said)) return undefined;
  return new UserError(
    `the state of stack ${stack} cannot be read: ${said}`,
    `An engine that was killed while it wrote leaves an empty file. In a backend that is a folder, look into .pulumi/stacks/PROJECT: delete ${stack}.json.attrs if it is empty (it holds nothing of the state), or put ${stack}.json.bak in the place of ${stack}.json if that is. Then run the same again: what the state does not know of is taken over from the cluster.`,
  );
}
