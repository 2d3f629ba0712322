import { changeBetween, type Reading } from "../gate/counters.ts";
import { judgedMeasure, type Measure, type Measured, newMeasure, withMeasured } from "../gate/measure.ts";
import { attempt, type Counted, type LookSource } from "./source.ts";

/** Something else that a soak looks at, beside the requests that fail. */
export interface MeasuredSource {
  readonly measure: Measure;
  readonly source: LookSource;
  /** Before so many looks it is not known well enough to call the canary fine. */
  readonly leastLooks: number;
}

/** What a measure has shown, and whether enough was seen of it. */
export interface Followed extends Measured {
  readonly isKnown: boolean;
  /** Why it could not be read; undefined where it was. */
  readonly unread: string | undefined;
}

/** A measure that goes along with a soak. */
export interface Follower {
  /** Reads what is new. */
  readonly read: () => Promise<void>;
  /** What it has shown so many seconds after the soak's beginning. */
  readonly at: (seconds: number) => Followed;
}

/** @param planned looks that the soak is planned for */
export function follow({ measure, source, leastLooks }: MeasuredSource, planned: number): Follower {
  let state = newMeasure(measure);
  let before: Reading | undefined;
  let waiting: readonly Counted[] = [];
  let unread: string | undefined;
  return {
    read: async () => {
      const got = await attempt(source);
      unread = got.unread;
      waiting = [...waiting, ...(got.counted ?? [])];
    },
    at: (seconds) => {
      const due = waiting.filter((counted) => counted.seconds <= seconds);
      waiting = waiting.slice(due.length);
      for (const { reading } of due) {
        if (before) state = withMeasured(state, changeBetween(before, reading).look, planned, measure);
        before = reading;
      }
      const isKnown = unread === undefined && state.evidence.looks >= leastLooks;
      return { ...judgedMeasure(state, measure), isKnown, unread };
    },
  };
}
