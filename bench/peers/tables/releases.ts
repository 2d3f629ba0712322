import type { MoveReport, Report } from "../report.ts";
import { byKind, inOrder, medianAndWorst, ms, NAMES, range, shares, sum, table } from "./cells.ts";

/** What users saw in moves and at rest. */
export function loadTable({ releases }: Report): string {
  const head = [
    "",
    "",
    "cycles",
    "new connections",
    "requests",
    "failed",
    "by kind",
    "longest gap",
    "p50",
    "p99",
    "p999",
    "client late by",
  ];
  return table(
    head,
    2,
    inOrder(releases).flatMap((run) =>
      (["during", "outside"] as const).map((when) => {
        const { requests, failed, failuresByKind, longestGapMs, p50, p99, p999 } = run[when];
        return [
          NAMES[run.contender],
          when === "during" ? "in moves" : "at rest",
          run.cycles,
          `${run.rate}/s`,
          requests.toLocaleString("en"),
          failed.toLocaleString("en"),
          byKind(failuresByKind),
          ms(longestGapMs),
          ms(p50),
          ms(p99),
          ms(p999),
          ms(run.clientLateMs),
        ];
      }),
    ),
  );
}

/** Each sort of move: the median of its times, and the worst. */
export function movesTable({ releases }: Report): string {
  const head = [
    "",
    "move",
    "times",
    "failed",
    "seconds to the share: median, worst",
    "until done: median, worst",
    "share of new connections afterwards",
    "of kept-alive ones",
    "fewest ready pods",
    "pods made",
  ];
  return table(
    head,
    2,
    inOrder(releases).flatMap((run) =>
      groups(run.moves).map((moves) => [
        NAMES[run.contender],
        moves[0]?.title,
        moves.length,
        sum(moves.map(({ failed }) => failed)),
        medianAndWorst(moves.map(({ seconds }) => seconds)),
        medianAndWorst(moves.map(({ doneSeconds }) => doneSeconds)),
        shares(moves.map(({ atRest }) => atRest.new)),
        shares(moves.map(({ atRest }) => atRest.kept)),
        Math.min(...moves.map(({ fewestReady }) => fewestReady)),
        range(moves.map(({ made }) => made)),
      ]),
    ),
  );
}

/** What the machinery of each took, for a whole cycle and while nothing moves. */
export function costTable({ releases }: Report): string {
  const head = [
    "",
    "CPU seconds in the moves of a cycle",
    "memory at most",
    "requests to the API server in them",
  ];
  return table(
    head,
    1,
    inOrder(releases).map(({ contender, cycles, moves }) => [
      NAMES[contender],
      (sum(moves.map(({ cpuSeconds }) => cpuSeconds)) / cycles).toFixed(1),
      `${Math.round(Math.max(...moves.map(({ peakMebibytes }) => peakMebibytes)))} MiB`,
      Math.round(sum(moves.map(({ calls }) => calls)) / cycles),
    ]),
  );
}

function groups(moves: readonly MoveReport[]): MoveReport[][] {
  return [...new Set(moves.map(({ title }) => title))].map((title) =>
    moves.filter((move) => move.title === title),
  );
}
