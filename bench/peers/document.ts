import { percent } from "../../src/model/traffic.ts";
import { HEALTHY } from "./canaries.ts";
import { CONTENDERS, type ContenderName } from "./contender.ts";
import type { Circumstances, JudgedRun, MoveReport, Report } from "./report.ts";

export const NAMES: Readonly<Record<ContenderName, string>> = {
  gateway: "this program, `gateway`",
  flagger: "Flagger",
  replicas: "this program, `replicas`",
  argo: "Argo Rollouts",
};

/** Tables of a report in Markdown; a part that was not measured is named as such. */
export function tablesOf(report: Report): string {
  return [
    ...(report.releases.length > 0
      ? [
          "### Releases",
          ...circumstancesOf(report.releases),
          loadTable(report),
          movesTable(report),
          costTable(report),
        ]
      : ["No release was measured."]),
    ...(report.judged.length > 0
      ? ["### Bad canaries", ...circumstancesOf(report.judged), judgedTable(report.judged)]
      : ["No bad canary was measured."]),
    ...(report.killed.length > 0
      ? ["### Killed in the middle of a move", ...circumstancesOf(report.killed), killedTable(report.killed)]
      : ["Nothing was killed in a measured run."]),
    ...(report.rights.length > 0
      ? ["### Rights in the cluster", rightsTable(report.rights)]
      : ["No rights were counted."]),
  ].join("\n\n");
}

type Sorted<T> = readonly T[];
const inOrder = <T extends { readonly contender: ContenderName }>(runs: readonly T[]): Sorted<T> =>
  [...runs].sort((a, b) => CONTENDERS.indexOf(a.contender) - CONTENDERS.indexOf(b.contender));

const row = (cells: readonly unknown[]): string => `| ${cells.join(" | ")} |`;
const table = (head: readonly string[], numbersFrom: number, rows: readonly (readonly unknown[])[]): string =>
  [row(head), row(head.map((_, at) => (at < numbersFrom ? "---" : "---:"))), ...rows.map(row)].join("\n");

function circumstancesOf(runs: readonly { readonly circumstances: Circumstances }[]): string[] {
  const [first] = runs;
  if (!first) return [];
  const versions = [...new Set(runs.flatMap(({ circumstances }) => circumstances.versions.split(", ")))];
  const dates = [...new Set(runs.map(({ circumstances }) => circumstances.date))].sort();
  const loads = runs.map(({ circumstances }) => circumstances.loadAverage);
  return [
    `${dates.join(", ")}, ${first.circumstances.cores} cores, load average before the runs ${range(loads)}. ${versions.join(", ")}.`,
  ];
}

function loadTable({ releases }: Report): string {
  const head = [
    "",
    "",
    "cycles",
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
          requests.toLocaleString("en"),
          failed.toLocaleString("en"),
          Object.entries(failuresByKind)
            .map(([kind, count]) => `${count} ${kind}`)
            .join(", ") || "none",
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
function movesTable({ releases }: Report): string {
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
function costTable({ releases }: Report): string {
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

function judgedTable(judged: readonly JudgedRun[]): string {
  const cells = new Map<string, JudgedRun[]>();
  for (const run of judged) {
    const key = `${run.canary} ${run.rate}`;
    cells.set(key, [...(cells.get(key) ?? []), run]);
  }
  const head = [
    "canary",
    "requests",
    "",
    "peers check each",
    "what became of it",
    "seconds",
    "failed beyond the base rate",
  ];
  return table(
    head,
    4,
    [...cells.values()].flatMap((runs) =>
      inOrder(runs).map((run) => [
        run.canary,
        `${run.rate}/s`,
        NAMES[run.contender],
        run.interval,
        outcomeText(run),
        run.outcome === "never let in" ? "" : run.seconds,
        beyondBase(run).toLocaleString("en"),
      ]),
    ),
  );
}

function killedTable(killed: Report["killed"]): string {
  const head = ["", "killed after", "then", "seconds from when it was back", "requests", "failed"];
  return table(
    head,
    3,
    inOrder(killed).map(({ contender, afterMs, arrived, seconds, requests, failed }) => [
      NAMES[contender],
      `${afterMs / 1000} s`,
      arrived ? "the move came to its end" : "**the move did not come to its end**",
      seconds.toFixed(1),
      requests.toLocaleString("en"),
      failed.toLocaleString("en"),
    ]),
  );
}

function rightsTable(rights: Report["rights"]): string {
  const head = ["", "where", "pairs of a verb and a kind", "of them writing", "on Secrets"];
  return table(
    head,
    2,
    inOrder(rights).map(({ contender, where, pairs, writing, secrets }) => [
      NAMES[contender],
      where === "cluster" ? "in every namespace" : "in its own namespace",
      pairs,
      writing,
      secrets.join(", ") || "none",
    ]),
  );
}

/** An outcome that nobody wants is told apart. */
function outcomeText({ canary, outcome }: JudgedRun): string {
  const isWanted = HEALTHY.includes(canary) ? outcome !== "taken out" : outcome !== "released";
  if (isWanted) return outcome;
  return HEALTHY.includes(canary) ? `**${outcome}: a false alarm**` : `**${outcome}**`;
}

/** Failed requests that are the canary's own doing. */
export const beyondBase = ({ failed, base }: JudgedRun): number => Math.max(0, failed - base);

function groups(moves: readonly MoveReport[]): MoveReport[][] {
  return [...new Set(moves.map(({ title }) => title))].map((title) =>
    moves.filter((move) => move.title === title),
  );
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

function medianAndWorst(numbers: readonly number[]): string {
  const sorted = [...numbers].sort((a, b) => a - b);
  return `${(sorted[Math.floor((sorted.length - 1) / 2)] ?? 0).toFixed(1)}, ${(sorted.at(-1) ?? 0).toFixed(1)}`;
}

function range(numbers: readonly number[]): string {
  const [least, most] = [Math.min(...numbers), Math.max(...numbers)];
  return least === most ? String(least) : `${least} to ${most}`;
}

function shares(all: readonly (number | null)[]): string {
  const known = all.filter((share) => share !== null);
  if (known.length === 0) return "none";
  const [least, most] = [Math.min(...known), Math.max(...known)];
  return least === most ? percent(least) : `${percent(least)} to ${percent(most)}`;
}

const ms = (value: number | null): string =>
  value === null ? "none" : `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
