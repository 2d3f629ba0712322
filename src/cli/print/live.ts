import type { DefaultRenderer, ListrTask } from "listr2";
import type { Observer } from "../../operations/observer.ts";

/** A terminal that shows and takes back lines. */
export interface LiveStream {
  write(text: string): unknown;
}

type Work<T> = (note: (text: string) => void) => Promise<T>;
type Task = ListrTask<unknown, typeof DefaultRenderer>;

/**
 * A spinner with what the work is at; stays as one line when it is done. Phases that run side by side, or one within
 * another, stand below each other, and what is said meanwhile stands above them.
 */
export function liveObserver(stream: LiveStream): Observer {
  let live: LiveList | undefined;
  let ended = Promise.resolve();
  return {
    phase: async (title, work) => {
      live ??= new LiveList(stream, ended);
      const list = live;
      try {
        return await list.show(title, work);
      } finally {
        if (list.isIdle) {
          live = undefined;
          ended = list.close();
          await ended;
        }
      }
    },
    say: (text) => {
      if (live) live.say(text);
      else stream.write(`${text}\n`);
    },
  };
}

/** What is shown from the beginning of one phase until no phase runs any more. */
class LiveList {
  private readonly said: string[] = [];
  private readonly waiting: Task[] = [];
  private readonly ended: Promise<void>;
  private running = 0;
  private closed = false;
  private wake: () => void = () => undefined;

  /** @param before the list before it has to let go of the terminal first */
  constructor(stream: LiveStream, before: Promise<void>) {
    this.ended = before.then(() => this.run(stream));
  }

  get isIdle(): boolean {
    return this.running === 0;
  }

  show<T>(title: string, work: Work<T>): Promise<T> {
    this.running++;
    const result = new Promise<T>((resolve, reject) => {
      this.ended.catch(reject);
      const task: Task["task"] = async (_context, shown) => {
        const working = work((text) => {
          shown.output = text;
        });
        working.then(resolve, reject);
        await working;
      };
      this.waiting.push({ title, task });
      this.wake();
    });
    return result.finally(() => this.running--);
  }

  say(text: string): void {
    this.said.push(text);
  }

  /** Resolves when the terminal is free again. */
  close(): Promise<void> {
    this.closed = true;
    this.wake();
    return this.ended;
  }

  private async run(stream: LiveStream): Promise<void> {
    const { DefaultRenderer, Listr, ListrLogger, PRESET_TIMER, ProcessOutput } = await import("listr2");
    const { said } = this;
    class Renderer extends DefaultRenderer {
      // Whether there is a terminal has been looked at: listr2 itself looks at stdout alone.
      static override nonTTY = true;
      override create(options?: object): string {
        return [...said, super.create(options)].join("\n");
      }
    }
    const [beside] = [process.stdout, process.stderr].filter((other) => other !== stream);
    const processOutput = new ProcessOutput(stream as NodeJS.WriteStream, beside, { leaveEmptyLine: false });
    const list = new Listr<unknown, typeof DefaultRenderer>([this.rest], {
      concurrent: true,
      exitOnError: false,
      // Ctrl-C is ours to handle.
      registerSignalListeners: false,
      renderer: Renderer,
      rendererOptions: {
        logger: new ListrLogger({ useIcons: true, toStderr: [], processOutput }),
        timer: PRESET_TIMER,
        showErrorMessage: false,
      },
    });
    // What others wrote meanwhile is kept back until the list has ended, which must not lose a last word.
    const release = () => processOutput.release();
    process.once("exit", release);
    await list.run();
    process.off("exit", release);
  }

  /** A list of listr2 cannot grow while it runs; a task without a title that makes the next one is not seen. */
  private readonly rest: Task = {
    task: async (_context, task) => {
      while (this.waiting.length === 0 && !this.closed) {
        await new Promise<void>((resolve) => {
          this.wake = resolve;
        });
      }
      const next = this.waiting.shift();
      return next && task.newListr([next, this.rest]);
    },
  };
}
