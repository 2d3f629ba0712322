import type { ReleaseEvent } from "../model/event.ts";

/** Is told how an operation goes on: the command prints it, a test records it. */
export interface Observer {
  /** Runs `work` under a title; `note` says what it is at, in a few words. */
  phase<T>(title: string, work: (note: (text: string) => void) => Promise<T>): Promise<T>;
  /** A fact worth a line of its own. */
  say(text: string): void;
  /** What others are to be told as well: a move's beginning and end, a verdict. */
  event?(event: ReleaseEvent): void;
}

export const silentObserver: Observer = {
  phase: (_title, work) => work(() => undefined),
  say: () => undefined,
};
