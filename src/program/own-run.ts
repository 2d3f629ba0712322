import * as pulumi from "@pulumi/pulumi";
import type { Application } from "../application/application.ts";
import type { HistoryEntry } from "../model/history.ts";
import type { ReleaseRecord } from "../model/record.ts";
import { atEndOfProcess } from "../process/at-end.ts";
import { ownIdentity } from "../process/identity.ts";
import { guardOf } from "./guard.ts";

/** What a stage's program does itself where nobody leads it, which is what `pulumi up` in a shell is. */
export interface OwnRun {
  /** Who applies the stage: `alice@laptop`. */
  readonly who: string;
  /** Awaited before each change. */
  readonly mayChange: () => Promise<void>;
  /** Writes the move into the history, unless whoever leads does. A move is as good without its entry. */
  done(move: DoneMove): Promise<void>;
}

type DoneMove = Pick<HistoryEntry, "stage" | "move" | "release" | "effective" | "override">;

export interface OwnRunArgs {
  readonly application: Application;
  /** What the stage was checked against. */
  readonly live: ReleaseRecord | undefined;
  readonly stage: string;
  /** Whoever runs the program holds the lock, and writes the history. */
  readonly isLed: boolean;
}

/** A run of a stage's program, by whoever this process is. */
export function ownRun({ application, live, stage, isLed }: OwnRunArgs): OwnRun {
  const { who, holder } = ownIdentity();
  const began = new Date();
  const warn = (text: string): void => void pulumi.log.warn(text);
  // A program's process ends once each of its resources is applied.
  const said = (work: () => Promise<void>) => () =>
    work().catch((error: Error) =>
      warn(`the lock could not be released and ends by itself: ${error.message}`),
    );
  const lock = isLed ? undefined : { holder, purpose: `pulumi up ${stage}` };
  return {
    who,
    mayChange: guardOf({ application, live, lock, warn, atEnd: (work) => atEndOfProcess(said(work)) }),
    done: async (move) => {
      if (isLed) return;
      const seconds = Number(((Date.now() - began.getTime()) / 1000).toFixed(1));
      const entry = {
        ...move,
        time: began.toISOString(),
        who,
        measured: null,
        result: "done",
        seconds,
      } as const;
      await application
        .appendHistory(entry)
        .catch((error: Error) => warn(`the move could not be written to the history: ${error.message}`));
    },
  };
}
