import { exitCodeOf } from "../../src/cli/exit.ts";
import { canaryProgram } from "../../src/cli/main.ts";
import { parsedWords, type Runner } from "../../src/cli/runner.ts";
import type { Session } from "../../src/cli/session.ts";
import { Terminal } from "../../src/cli/terminal.ts";
import type { FakeWorld } from "./fake-world.ts";
import { ALICE } from "./fakes.ts";

export interface Ended {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command on a world in memory, as where nobody can be asked. */
export async function canary(world: FakeWorld, ...words: readonly string[]): Promise<Ended> {
  const out: string[] = [];
  const err: string[] = [];
  const writer = (lines: string[]) => ({ write: (text: string) => lines.push(text) });
  const terminal = new Terminal({
    json: words.includes("--json"),
    color: true,
    stdout: writer(out),
    stderr: writer(err),
  });
  let exitCode = 0;
  const run: Runner =
    (action) =>
    async (...given) => {
      const { args, options } = parsedWords<Parameters<typeof action>[2]>(given);
      const session: Session = {
        options,
        terminal,
        project: world.project,
        pulumi: { stacks: async () => [], foundationOutputs: async () => undefined },
        identity: ALICE,
        signal: new AbortController().signal,
        cluster: world.cluster,
        operator: async () => world,
        end: async () => undefined,
      };
      exitCode = await action(session, args, options);
    };
  const program = await canaryProgram(words, run);
  for (const command of [program, ...program.commands]) {
    command.configureOutput({ writeErr: (text) => err.push(text), writeOut: (text) => out.push(text) });
  }
  try {
    await program.parseAsync(words, { from: "user" });
  } catch (error) {
    err.push(String(error));
    exitCode = exitCodeOf(error);
  }
  return { exitCode, stdout: out.join(""), stderr: err.join("") };
}
