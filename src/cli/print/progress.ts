import type { Observer } from "../../ops/observer.ts";
import { seconds } from "./text.ts";

const REMINDER_MS = 15_000;

/** A line when a phase ends, and every so often while it lasts: for logs. */
export function plainObserver(print: (text: string) => void): Observer {
  return {
    phase: async (title, work) => {
      const started = performance.now();
      const elapsed = () => seconds((performance.now() - started) / 1000);
      let at = "";
      const reminder = setInterval(() => print(`${title} … ${elapsed()}${at && `, ${at}`}`), REMINDER_MS);
      try {
        const result = await work((note) => {
          at = note;
        });
        print(`${title} (${elapsed()})`);
        return result;
      } catch (error) {
        print(`${title} failed (${elapsed()})`);
        throw error;
      } finally {
        clearInterval(reminder);
      }
    },
    say: print,
  };
}

/** A spinner with what the work is at; stays as one line when it is done. All of it on stderr. */
export async function liveObserver(color: boolean): Promise<Observer> {
  if (!color) process.env.NO_COLOR = "1";
  const { Listr, ListrLogger, PRESET_TIMER, ProcessOutput } = await import("listr2");
  const processOutput = new ProcessOutput(process.stderr, process.stdout, { leaveEmptyLine: false });
  return {
    phase: async <T>(title: string, work: (note: (text: string) => void) => Promise<T>): Promise<T> => {
      const results: T[] = [];
      const list = new Listr<unknown, "default">(
        [
          {
            title,
            task: async (_context, task) => {
              const note = (text: string): void => {
                task.output = text;
              };
              results.push(await work(note));
            },
          },
        ],
        {
          // Ctrl-C is ours to handle.
          registerSignalListeners: false,
          forceTTY: true,
          rendererOptions: {
            logger: new ListrLogger({ useIcons: true, toStderr: [], processOutput }),
            timer: PRESET_TIMER,
            showErrorMessage: false,
          },
        },
      );
      await list.run();
      return results[0] as T;
    },
    say: (text) => process.stderr.write(`${text}\n`),
  };
}
