import { execa } from "execa";
import { COMMAND } from "../../local/environment/command.ts";
import type { Workspace } from "../../local/environment/workspace.ts";
import { CANARY } from "../../local/paths.ts";
import { forget } from "../../local/process/ledger.ts";
import { admit, held } from "../../local/process/processes.ts";
import { quoted } from "../../local/process/shell.ts";
import { UserError } from "../../src/errors.ts";
import { EXIT } from "../../src/results/exit.ts";

/** `canary` on a workspace's stacks, as an operator in its folder would type it. */
export interface Shell {
  readonly workspace: Pick<Workspace, "directory" | "environment">;
  /** Where its process is recorded, so that whoever takes the environment down ends it. */
  readonly stateDir: string;
  /** Interrupts the command that runs; it ends in good order first. */
  readonly signal: AbortSignal;
}

/** The line that is typed, after `$ `. */
export const typed = (words: readonly string[]): string => ["npx canary", ...words.map(quoted)].join(" ");

/**
 * Runs the command in a process of its own and gives what it prints as JSON; what it says besides is printed as it
 * comes. A share that does not fit is an answer too.
 * @throws UserError when it fails or refuses, the signal's reason when it is interrupted
 */
export async function runCanary(
  words: readonly string[],
  { workspace: { directory, environment }, stateDir, signal }: Shell,
): Promise<unknown> {
  signal.throwIfAborted();
  const command = [process.execPath, CANARY, ...words, "--json"];
  const [program = "", ...args] = held(command);
  const running = execa(program, args, {
    cwd: directory,
    env: { ...environment },
    // One stream for everything that the walk shows.
    stderr: process.stdout,
    // Out of the reach of the terminal's Ctrl-C: it is passed on once, and a second one would mean "at once".
    detached: true,
    cleanup: false,
    cancelSignal: signal,
    killSignal: "SIGINT",
    forceKillAfterDelay: false,
    reject: false,
  });
  const { pid = 0, stdin } = running;
  const entry = admit(stateDir, { name: COMMAND, pid, command }, stdin);
  const { exitCode, stdout } = await running;
  forget(stateDir, entry);
  signal.throwIfAborted();
  if (exitCode === EXIT.done || exitCode === EXIT.doesNotFit) return JSON.parse(stdout);
  throw new UserError(`${typed(words)} ended with ${exitCode}`, "What it said about it stands above.");
}
