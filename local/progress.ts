/** How long work reports itself: a title, what it is at, how long it took. */
export interface Progress {
  /**
   * Runs `work` under a title and reports its end and the seconds it took; a failure is reported and rethrown.
   * `note` says what the work is at, in a few words; each call replaces the note before.
   */
  step<T>(title: string, work: (note: (text: string) => void) => Promise<T>): Promise<T>;
  /** Prints one line of its own. */
  say(line: string): void;
}

/** The part of a terminal or file that progress needs; `process.stdout` is one. */
export interface ProgressStream {
  isTTY?: boolean;
  columns?: number;
  write(text: string): unknown;
}

interface Step {
  title: string;
  note: string;
  started: number;
}

/** The ways a step can be shown; steps may run side by side. */
interface Display {
  opened(step: Step): void;
  noted(step: Step): void;
  closed(step: Step, failed: boolean): void;
  line(text: string): void;
}

const SPINNER_MS = 100;
const REMINDER_MS = 15_000;
const CLEAR_LINE = "\r\u001b[2K";

/**
 * Progress on a stream: a live line with elapsed time on a terminal, plain lines elsewhere.
 * Colours only on a terminal and when NO_COLOR is not set.
 */
export function createProgress(
  stream: ProgressStream = process.stdout,
  env: NodeJS.ProcessEnv = process.env,
): Progress {
  return over(stream.isTTY ? liveDisplay(stream, !env.NO_COLOR) : plainDisplay(stream));
}

/** Progress that prints nothing, for tests and for calls that must stay silent. */
export const silentProgress: Progress = {
  step: (_title, work) => work(() => undefined),
  say: () => undefined,
};

function over(display: Display): Progress {
  return {
    async step(title, work) {
      const step: Step = { title, note: "", started: performance.now() };
      display.opened(step);
      try {
        const result = await work((text) => {
          step.note = text;
          display.noted(step);
        });
        display.closed(step, false);
        return result;
      } catch (error) {
        display.closed(step, true);
        throw error;
      }
    },
    say: (line) => display.line(line),
  };
}

function plainDisplay(stream: ProgressStream): Display {
  const reminders = new Map<Step, NodeJS.Timeout>();
  const print = (text: string) => stream.write(`${text}\n`);
  const remind = (step: Step) => print(`${withNote(step)} … ${elapsed(step)}`);
  return {
    opened(step) {
      const reminder = setInterval(() => remind(step), REMINDER_MS);
      reminder.unref();
      reminders.set(step, reminder);
    },
    noted: () => undefined,
    closed(step, failed) {
      clearInterval(reminders.get(step));
      reminders.delete(step);
      print(`${step.title}${failed ? " failed" : ""} (${elapsed(step)})`);
    },
    line: print,
  };
}

function liveDisplay(stream: ProgressStream, colours: boolean): Display {
  const running = new Set<Step>();
  let timer: NodeJS.Timeout | undefined;
  const paint = (code: number, text: string) => (colours ? `\u001b[${code}m${text}\u001b[0m` : text);
  const redraw = () => {
    const text = [...running].map((step) => `${withNote(step)} ${elapsed(step)}`).join(" · ");
    stream.write(CLEAR_LINE + (text === "" ? "" : `  ${text}`.slice(0, (stream.columns ?? 80) - 1)));
  };
  const print = (text: string) => {
    stream.write(`${CLEAR_LINE}${text}\n`);
    redraw();
  };
  return {
    opened(step) {
      running.add(step);
      timer ??= setInterval(redraw, SPINNER_MS).unref();
      redraw();
    },
    noted: redraw,
    closed(step, failed) {
      running.delete(step);
      if (running.size === 0) {
        clearInterval(timer);
        timer = undefined;
      }
      const mark = failed ? paint(31, "✗") : paint(32, "✓");
      print(`${mark} ${step.title} ${paint(2, elapsed(step))}`);
    },
    line: print,
  };
}

function withNote({ title, note }: Step): string {
  return note === "" ? title : `${title}: ${note}`;
}

function elapsed({ started }: Step): string {
  const seconds = (performance.now() - started) / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
}
