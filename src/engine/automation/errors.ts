import { ConcurrentUpdateError } from "@pulumi/pulumi/automation/errors.js";
import { UserError } from "../../errors.ts";
import { StackBusy } from "../stacks.ts";
import { damagedState } from "./damaged-state.ts";
import { lockHolders } from "./locks.ts";

/** Pulumi's failures as errors for the operator: its diagnostics, without the command line and the stack trace. */
export async function reported<T>(
  stack: string,
  operation: () => Promise<T>,
  diagnostics: ReadonlySet<string> = new Set(),
): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    if (error instanceof UserError) throw error;
    const text = plain((error as Error).message);
    if (error instanceof ConcurrentUpdateError) throw new StackBusy(stack, lockHolders(text));
    const damaged = damagedState(stack, errorLines(text));
    if (damaged) throw damaged;
    const said = [...diagnostics].filter((line) => !GENERIC.test(line));
    throw new UserError(
      said.length > 0 ? said.join("\n") : errorLines(text),
      "Nothing else was changed after this; run the same again once it is mended.",
    );
  }
}

/** What the engine says besides the reason: that it failed, and which steps of a plan it therefore did not come to. */
const GENERIC = /^(preview|update) failed$|^expected resource operations for .* but none were seen$/;

/** What the CLI itself says is wrong, with the list that may follow; everything where it does not say. */
function errorLines(text: string): string {
  const lines = [...text.matchAll(/^error: (.*(?:\n[\t ]+.*)*)$/gm)].map(([, said]) => said);
  return lines.length > 0 ? [...new Set(lines)].join("\n") : text;
}

/** The engine names the hook, `…_beforeUpdate_0`, in front of what our own wait says. */
const HOOK = /^before hook "[^"]*" failed: /;

/** Without the colour marks that the engine puts into its messages. */
export const plain = (message: string): string =>
  message
    .replace(/<\{%[^%]*%\}>/g, "")
    .trim()
    .replace(HOOK, "");
