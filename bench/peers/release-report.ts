import { figuresOf, timelineOf } from "../availability/figures.ts";
import { parseRecord } from "../load/record.ts";
import { type Counts, summarise } from "../load/summary.ts";
import type { ContenderName } from "./contender.ts";
import type { Move } from "./moves.ts";
import type { SeenPods } from "./pods.ts";
import type { ReleaseRun } from "./report.ts";
import type { Usage } from "./usage.ts";

/** A move that was made, and what was seen of it. */
export interface Taken {
  readonly cycle: number;
  readonly move: Move;
  /** Times in milliseconds since 1970: of the command, of its share, and of its end. */
  readonly from: number;
  readonly shareAt: number;
  readonly to: number;
  readonly seen: SeenPods;
  /** Requests to the API server. */
  readonly calls: number;
  readonly usage: Usage;
  /** What users got in the seconds after it. */
  readonly rest: { readonly new: Counts; readonly kept: Counts };
}

/** Seconds between two times in milliseconds, to a tenth. */
export const seconds = (from: number, to: number): number => Number(((to - from) / 1000).toFixed(1));

const shareIn = ({ byVersion }: Counts, version: string): number | null => {
  const all = Object.values(byVersion).reduce((sum, count) => sum + count, 0);
  return all === 0 ? null : (100 * (byVersion[version] ?? 0)) / all;
};

/** Puts moves and the record of the load together. */
export function reportOf(
  { contender, rate, cycles }: Pick<ReleaseRun, "rate" | "cycles"> & { readonly contender: ContenderName },
  taken: readonly Taken[],
  record: string,
): ReleaseRun {
  const buckets = parseRecord(record);
  const start = buckets[0]?.at ?? 0;
  const { total, during, outside, moves } = figuresOf(buckets, taken);
  return {
    contender,
    rate,
    cycles,
    total,
    during,
    outside,
    clientLateMs: summarise(buckets).lateMs,
    moves: taken.map((each, index) => {
      const figures = moves[index];
      if (!figures) throw new Error(`no load was recorded in the move ${each.move.title}`);
      const { cycle, move, from, shareAt, to, seen, calls, usage, rest } = each;
      return {
        ...figures,
        cycle,
        title: move.title,
        share: move.share,
        at: from - start,
        seconds: seconds(from, shareAt),
        doneSeconds: seconds(from, to),
        ...seen,
        calls,
        ...usage,
        atRest: { new: shareIn(rest.new, move.version.name), kept: shareIn(rest.kept, move.version.name) },
      };
    }),
    timeline: timelineOf(buckets),
  };
}
