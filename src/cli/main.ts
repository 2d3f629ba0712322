import { Command, CommanderError } from "commander";
import type { RunPulumi } from "../engine/process.ts";
import { Interrupted } from "../engine/stacks.ts";
import { UserError } from "../errors.ts";
import { EXIT } from "../results/exit.ts";
import { completionCommand } from "./commands/completion.ts";
import { exitCodeOf } from "./exit.ts";
import { interruption } from "./interruption.ts";
import { printable } from "./print/printable.ts";
import { parsedWords, type Runner } from "./runner.ts";
import { openSession } from "./session.ts";

/** Loaded when they are typed: `canary status` needs a fifth fewer modules than all of them (ADR 31). */
const COMMANDS: Readonly<Record<string, () => Promise<(run: Runner) => Command>>> = {
  foundation: async () => (await import("./commands/foundation.ts")).foundationCommand,
  status: async () => (await import("./commands/status.ts")).statusCommand,
  preview: async () => (await import("./commands/preview.ts")).previewCommand,
  promote: async () => (await import("./commands/promote.ts")).promoteCommand,
  rollback: async () => (await import("./commands/rollback.ts")).rollbackCommand,
  abort: async () => (await import("./commands/abort.ts")).abortCommand,
  verify: async () => (await import("./commands/verify.ts")).verifyCommand,
  judge: async () => (await import("./commands/judge.ts")).judgeCommand,
  import: async () => (await import("./commands/import.ts")).importCommand,
  release: async () => (await import("./commands/release.ts")).releaseCommand,
  history: async () => (await import("./commands/history.ts")).historyCommand,
  page: async () => (await import("./commands/page.ts")).pageCommand,
  doctor: async () => (await import("./commands/doctor.ts")).doctorCommand,
  unlock: async () => (await import("./commands/unlock.ts")).unlockCommand,
  teardown: async () => (await import("./commands/teardown.ts")).teardownCommand,
};

const EXIT_CODES = `
Exit codes: 0 done, 1 failed, 2 wrong use, 3 refused by lifecycle or lock, 4 the share (doctor: a setting) does not fit,
${EXIT.held} held: nothing can be said of the canary (doctor: of a setting), ${EXIT.harm} it does harm, and was taken out where that is configured,
${EXIT.wouldChange} with preview --exit-code when something would change.`;

/**
 * The command with those of its subcommands that the words name; with all of them where they name none, as for a list.
 * @param words what was typed after `canary`
 * @param run opens the session for a subcommand's action, and runs it
 */
export async function canaryProgram(words: readonly string[], run: Runner): Promise<Command> {
  const program = new Command("canary")
    .description("Takes releases through canary stages: each stage is a Pulumi stack.")
    .option("--stack-dir <folder>", "folder with Pulumi.yaml (default: here, or the nearest above)")
    .option("--context <name>", "context of a kubeconfig to reach the cluster by (default: as the deployer)")
    .option("--kubeconfig <file>", "with --context: the file that has it")
    .option("--json", "results as JSON")
    .option("--no-color", "no colours; NO_COLOR does the same")
    .option("--verbose", "stack traces of errors")
    .configureHelp({ showGlobalOptions: true })
    .addHelpText("after", EXIT_CODES)
    .exitOverride();
  const typed = Object.keys(COMMANDS).filter((name) => words.includes(name));
  const loaded = Object.entries(COMMANDS).filter(([name]) => typed.length === 0 || typed.includes(name));
  const commands = await Promise.all(loaded.map(async ([, load]) => (await load())(run)));
  for (const command of [...commands, completionCommand(() => program)]) {
    program.addCommand(command.copyInheritedSettings(program));
  }
  return program;
}

/**
 * Parses, runs, and gives the exit code.
 * @param words what was typed after `canary`
 * @param runPulumi given where processes of the Pulumi CLI were started before
 */
export async function main(words: readonly string[], runPulumi?: RunPulumi): Promise<number> {
  let exit: number = EXIT.done;
  outliveReaders();
  const signal = stopping();
  const run: Runner =
    (action) =>
    async (...given) => {
      const { args, options } = parsedWords<Parameters<typeof action>[2]>(given);
      const session = await openSession(options, signal, runPulumi);
      try {
        exit = await action(session, args, options);
      } finally {
        await session.end();
      }
    };
  try {
    const program = await canaryProgram(words, run);
    await program.parseAsync(words, { from: "user" });
    return exit;
  } catch (error) {
    report(error, words.includes("--verbose"));
    return exitCodeOf(error);
  }
}

/** `canary promote | head -1` closes our output while a move goes on: nothing is left half done for that. */
function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
    });
  }
}

/** The first Ctrl-C stops in good order, a second one at once. */
const stopping = (): AbortSignal =>
  interruption((name) => {
    process.stderr.write("\nStopping; once more ends at once, and leaves locks behind.\n");
    return new Interrupted(name === "SIGINT" && process.stdin.isTTY === true);
  }, EXIT.failed);

function report(error: unknown, verbose: boolean): void {
  // Commander has said it already.
  if (error instanceof CommanderError) return;
  const isUsers = error instanceof UserError && !verbose;
  const text = error instanceof Error && !isUsers ? error.stack : String(error);
  process.stderr.write(`${printable(String(text))}\n`);
}
