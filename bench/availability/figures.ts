import { BUCKET_MS, type Bucket } from "../load/record.ts";
import { type Summary, summarise } from "../load/summary.ts";
import type { Figures, Run } from "./report.ts";

/** A time, in milliseconds since 1970. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** The load of a run: all of it, each move's, and what was during moves and outside of them. */
export interface LoadFigures {
  readonly total: Figures;
  readonly moves: readonly Figures[];
  readonly during: Figures;
  readonly outside: Figures;
}

/** @param moves one after another, none beginning before the one before has ended */
export function figuresOf(buckets: readonly Bucket[], moves: readonly Span[]): LoadFigures {
  const moveOf = ({ at }: Bucket): number =>
    moves.findIndex(({ from, to }) => at + BUCKET_MS > from && at < to);
  const pieces = splitBy(buckets, moveOf);
  const during = pieces.filter(([move]) => move >= 0);
  const outside = pieces.filter(([move]) => move < 0);
  return {
    total: figures([buckets]),
    moves: moves.map((_, index) => figures(bucketsIn(pieces.filter(([move]) => move === index)))),
    during: figures(bucketsIn(during)),
    outside: figures(bucketsIn(outside)),
  };
}

type Piece = readonly [key: number, buckets: Bucket[]];

const bucketsIn = (pieces: readonly Piece[]): Bucket[][] => pieces.map(([, buckets]) => buckets);

/** Neighbours with the same key stay together. */
function splitBy(buckets: readonly Bucket[], keyOf: (bucket: Bucket) => number): Piece[] {
  const pieces: Piece[] = [];
  for (const bucket of buckets) {
    const key = keyOf(bucket);
    const last = pieces.at(-1);
    if (last?.[0] === key) last[1].push(bucket);
    else pieces.push([key, [bucket]]);
  }
  return pieces;
}

/** Counts and latencies of all pieces together; a gap is looked for in each, as time passes between them. */
function figures(pieces: readonly (readonly Bucket[])[]): Figures {
  const { requests, failed, failuresByKind, p50, p99, p999 } = summarise(pieces.flat());
  return {
    requests,
    failed,
    failuresByKind,
    longestGapMs: Math.max(0, ...pieces.map((piece) => summarise(piece).longestGapMs)),
    p50: rounded(p50),
    p99: rounded(p99),
    p999: rounded(p999),
  };
}

const BIN_MS = 500;

/** The load half a second by half a second; times in milliseconds since it began. */
export function timelineOf(buckets: readonly Bucket[]): Run["timeline"] {
  const start = buckets[0]?.at ?? 0;
  const bins = splitBy(buckets, ({ at }) => Math.floor((at - start) / BIN_MS));
  return bins.map(([bin, within]) => {
    const { byVersion, failuresByKind, p99 }: Summary = summarise(within);
    return { at: bin * BIN_MS, byVersion, failures: failuresByKind, p99: rounded(p99) };
  });
}

const rounded = (ms: number | undefined): number | null => (ms === undefined ? null : Number(ms.toFixed(2)));
