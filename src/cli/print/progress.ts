import type { Observer } from "../../operations/observer.ts";
import { type LiveStream, liveObserver } from "./live.ts";
import { seconds } from "./text.ts";

const REMINDER_MS = 15_000;

/** Live on a terminal, line by line elsewhere; colours on a terminal alone, and none with NO_COLOR. */
export function observerOn(stream: LiveStream & { readonly isTTY?: boolean }): Observer {
  return stream.isTTY ? liveObserver(stream) : plainObserver((text) => stream.write(`${text}\n`));
}

/** A line when a phase ends, and every so often while it lasts: for logs. */
export function plainObserver(print: (text: string) => void): Observer {
  return {
    phase: async (title, work) => {
      const started = performance.now();
      const elapsed = () => seconds((performance.now() - started) / 1000);
      let at = "";
      const reminder = setInterval(
        () => print(`${title} … ${elapsed()}${at && `, ${at}`}`),
        REMINDER_MS,
      ).unref();
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
