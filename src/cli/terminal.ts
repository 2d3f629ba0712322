import { createInterface } from "node:readline/promises";
import { styleText } from "node:util";
import type { Observer } from "../operations/observer.ts";
import { WrongUse } from "./exit.ts";
import { oneLine, printable, printableInColour, printableJson, shown } from "./print/printable.ts";

type Style = Parameters<typeof styleText>[0];

export interface TerminalOptions {
  readonly json: boolean;
  readonly color: boolean;
  /** Where results go, and what is beside them; this process's own streams without them. */
  readonly stdout?: Writer;
  readonly stderr?: Writer;
  /** Told what others are to be told. */
  readonly onEvent?: Observer["event"];
}

/** The part of a stream that is written to; `isTTY` where somebody looks at it. */
export interface Writer {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

const CLEAR_SCREEN = "\u001b[H\u001b[2J";

/**
 * Where the command reads and writes: results on stdout, progress and questions on stderr. What it writes is printable,
 * whoever it comes from.
 */
export class Terminal {
  readonly json: boolean;
  private readonly color: boolean;
  private readonly stdout: Writer;
  private readonly stderr: Writer;
  private readonly onEvent: Observer["event"];

  constructor(options: TerminalOptions) {
    const { json, color, stdout = process.stdout, stderr = process.stderr, onEvent } = options;
    this.onEvent = onEvent;
    this.json = json;
    this.stdout = stdout;
    this.stderr = stderr;
    this.color = color && !process.env.NO_COLOR;
  }

  /**
   * The result: as JSON where that was asked for, else as text.
   * @param text made of the value with every text in it printable and in one line
   * @param json what `--json` prints of the value; the value itself without it
   */
  result<T>(value: T, text: (value: T) => string, json: (value: T) => unknown = (same) => same): void {
    const written = this.json ? printableJson(json(value)) : printableInColour(text(shown(value)));
    this.stdout.write(`${written}\n`);
  }

  /** One of several results, as JSON in one line. */
  line(value: unknown): void {
    this.stdout.write(`${printableJson(value, 0)}\n`);
  }

  /** Makes room for the next result, where somebody looks at a terminal. */
  clear(): void {
    if (!this.json && this.stdout.isTTY) this.stdout.write(CLEAR_SCREEN);
  }

  /** Something for people, beside the result: on stderr, so that a script does not read it as a result. */
  note(text: string): void {
    this.stderr.write(`${printable(text)}\n`);
  }

  readonly paint = (style: Style, text: string): string =>
    // Whether there is a terminal has been looked at: styleText itself looks at the process's own stdout.
    this.color && this.stdout.isTTY ? styleText(style, text, { validateStream: false }) : text;

  /** How operations report: live on a terminal, line by line elsewhere. */
  async observer(): Promise<Observer> {
    const { observerOn } = await import("./print/progress.ts");
    // listr2 decides on colours by the environment alone.
    if (!this.color) process.env.NO_COLOR = "1";
    const { phase, say } = observerOn(this.stderr);
    return {
      phase: (title, work) => phase(oneLine(title), (note) => work((text) => note(oneLine(text)))),
      say: (text) => say(printable(text)),
      ...(this.onEvent && { event: this.onEvent }),
    };
  }

  get canAsk(): boolean {
    return process.stdin.isTTY === true && this.stderr.isTTY === true;
  }

  /**
   * @param hint what to type where nobody can be asked
   * @throws WrongUse with that hint
   */
  requireAnswers(hint: string): void {
    if (!this.canAsk) throw new WrongUse("there is no terminal to ask on", hint);
  }

  /** Asks a yes-or-no question; anything but yes is no. */
  async ask(question: string, signal: AbortSignal): Promise<boolean> {
    return /^y(es)?$/i.test(await this.askFor(`${question} [y/N] `, signal));
  }

  async askFor(question: string, signal: AbortSignal): Promise<string> {
    this.requireAnswers("Add --yes to go on without being asked.");
    const lines = createInterface({ input: process.stdin, output: process.stderr });
    try {
      return (await lines.question(printable(question), { signal })).trim();
    } finally {
      lines.close();
    }
  }
}
