import { createInterface } from "node:readline/promises";
import { styleText } from "node:util";
import type { Observer } from "../operations/observer.ts";
import { WrongUse } from "./exit.ts";

type Style = Parameters<typeof styleText>[0];

export interface TerminalOptions {
  readonly json: boolean;
  readonly color: boolean;
  /** Where results go, and what is beside them; this process's own streams without them. */
  readonly stdout?: Writer;
  readonly stderr?: Writer;
}

/** The part of a stream that is written to; `isTTY` where somebody looks at it. */
export interface Writer {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** Where the command reads and writes: results on stdout, progress and questions on stderr. */
export class Terminal {
  readonly json: boolean;
  private readonly color: boolean;
  private readonly stdout: Writer;
  private readonly stderr: Writer;

  constructor({ json, color, stdout = process.stdout, stderr = process.stderr }: TerminalOptions) {
    this.json = json;
    this.stdout = stdout;
    this.stderr = stderr;
    this.color = color && !process.env.NO_COLOR;
  }

  /** The result: as JSON where that was asked for, else as text. */
  result(value: unknown, text: () => string): void {
    this.stdout.write(`${this.json ? JSON.stringify(value, undefined, 2) : text()}\n`);
  }

  /** Something to read beside the result. */
  note(text: string): void {
    this.stderr.write(`${text}\n`);
  }

  readonly paint = (style: Style, text: string): string =>
    this.color && this.stdout.isTTY ? styleText(style, text) : text;

  /** How operations report: live on a terminal, line by line elsewhere. */
  async observer(): Promise<Observer> {
    const { observerOn } = await import("./print/progress.ts");
    // It asks the environment alone.
    if (!this.color) process.env.NO_COLOR = "1";
    return observerOn(this.stderr);
  }

  get canAsk(): boolean {
    return process.stdin.isTTY === true && this.stderr.isTTY === true;
  }

  /** Asks a yes-or-no question; anything but yes is no. */
  async ask(question: string, signal: AbortSignal): Promise<boolean> {
    return /^y(es)?$/i.test(await this.askFor(`${question} [y/N] `, signal));
  }

  async askFor(question: string, signal: AbortSignal): Promise<string> {
    if (!this.canAsk) {
      throw new WrongUse("there is no terminal to ask on", "Add --yes to go on without being asked.");
    }
    const lines = createInterface({ input: process.stdin, output: process.stderr });
    try {
      return (await lines.question(question, { signal })).trim();
    } finally {
      lines.close();
    }
  }
}
