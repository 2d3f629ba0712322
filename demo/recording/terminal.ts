import { execa } from "execa";
import { UserError } from "../../src/errors.ts";

/** What a program wrote, and when: milliseconds since it was started. */
export interface Chunk {
  readonly at: number;
  readonly text: string;
}

export interface Recorded {
  readonly command: string;
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly columns: number;
  readonly rows: number;
  readonly answer?: Answer | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What to type when something was written that matches. */
export interface Answer {
  readonly to: RegExp;
  readonly text: string;
  /** How long a reader thinks about it, in milliseconds. */
  readonly afterMs: number;
}

/**
 * Runs a command line in a pseudo-terminal of its own (`script` of util-linux) and keeps everything that it shows.
 * @throws UserError when it ends with anything but 0
 */
export async function recordCommand(recorded: Recorded): Promise<readonly Chunk[]> {
  const { command, cwd, environment, columns, rows, answer, signal } = recorded;
  const sized = `stty cols ${columns} rows ${rows}; ${command}`;
  const running = execa("script", ["--quiet", "--return", "--command", sized, "/dev/null"], {
    cwd,
    env: { ...environment, TERM: "xterm-256color", SHELL: "/bin/sh" },
    reject: false,
    ...(signal && { cancelSignal: signal }),
  });
  const started = performance.now();
  const chunks: Chunk[] = [];
  let isAnswered = false;
  running.stdout.setEncoding("utf8").on("data", (text: string) => {
    chunks.push({ at: performance.now() - started, text });
    if (!answer || isAnswered || !answer.to.test(text)) return;
    isAnswered = true;
    setTimeout(() => running.stdin.write(answer.text), answer.afterMs);
  });
  const { exitCode } = await running;
  signal?.throwIfAborted();
  if (exitCode === 0) return chunks;
  throw new UserError(
    `${command} ended with ${exitCode}: ${chunks.map(({ text }) => text).join("")}`,
    "Only what works is worth a recording: mend it first.",
  );
}
