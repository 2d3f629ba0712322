import type { Command } from "commander";
import type { GlobalOptions, Session } from "./session.ts";

/** What a command does; gives its exit code. */
export type Action<Options> = (
  session: Session,
  args: readonly (string | undefined)[],
  options: Options & GlobalOptions,
) => Promise<number>;

/** Turns an action into what commander calls: it opens the session, runs the action and keeps its exit code. */
export type Runner = <Options>(action: Action<Options>) => (...given: unknown[]) => Promise<void>;

/** Takes apart what commander hands to an action: the arguments, then the command's own options, then the command. */
export function parsedWords<Options>(given: readonly unknown[]): {
  readonly args: readonly (string | undefined)[];
  readonly options: Options & GlobalOptions;
} {
  const command = given.at(-1) as Command;
  return {
    args: given.slice(0, -2) as (string | undefined)[],
    options: command.optsWithGlobals() as Options & GlobalOptions,
  };
}

/** Examples below a command's help. */
export const examples = (...lines: readonly string[]): string =>
  `\nExamples:\n${lines.map((line) => `  ${line}`).join("\n")}`;
