import { percent } from "../../src/model/traffic.ts";
import { rangeText } from "../../src/model/transition.ts";
import type { Figures, MoveReport, Report, Run } from "./report.ts";

const NAMES: Readonly<Record<Run["way"], string>> = {
  program: "this program",
  walkthrough: "the walkthrough's way",
};

/** Tables of a report in Markdown. */
export function tablesOf(report: Report): string {
  return [environmentText(report), figuresTable(report.runs), movesTable(report.runs)].join("\n\n");
}

/**
 * Puts a text between the markers `<!-- NAME:start -->` and `<!-- NAME:end -->` of a document.
 * @throws Error when the document has no such markers
 */
export function replaceBetween(document: string, name: string, text: string): string {
  const [start, end] = [`<!-- ${name}:start -->`, `<!-- ${name}:end -->`];
  const [from, to] = [document.indexOf(start), document.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`the document has no markers ${start} … ${end}`);
  return `${document.slice(0, from + start.length)}\n${text}\n${document.slice(to)}`;
}

function environmentText({ environment, load }: Report): string {
  const { engine, provider, kubernetes, haproxy, cores, loadAverage, date } = environment;
  const tried = load.search.map(
    ({ rate, p99, held }) => `${rate}/s: p99 ${ms(p99)}${held ? "" : ", not held"}`,
  );
  const found = tried.length > 0 ? ` (tried at rest: ${tried.join("; ")})` : " (given, not searched for)";
  return [
    `${date}, ${cores} cores, load average ${loadAverage} before it began. Kubernetes ${kubernetes}, HAProxy ${haproxy}, ${engine}, ${provider}.`,
    `${load.newConnectionsPerSecond} new connections a second${found} and ${load.keptConnections} kept-alive connections.`,
  ].join("\n");
}

function figuresTable(runs: readonly Run[]): string {
  const head =
    "| way | pods | cycles | | requests | failed | by kind | longest gap | p50 | p99 | p999 |\n| --- | --- | ---: | --- | ---: | ---: | --- | ---: | ---: | ---: | ---: |";
  const row = (run: Run, when: "during" | "outside"): string => {
    const figures = run[when];
    const title = when === "during" ? "during moves" : "outside moves";
    return `| ${NAMES[run.way]} | ${podsText(run)} | ${run.cycles} | ${title} | ${figures.requests} | ${figures.failed} | ${kindsText(figures)} | ${ms(figures.longestGapMs)} | ${ms(figures.p50)} | ${ms(figures.p99)} | ${ms(figures.p999)} |`;
  };
  return [head, ...runs.flatMap((run) => [row(run, "during"), row(run, "outside")])].join("\n");
}

/** Each sort of move at its worst. */
function movesTable(runs: readonly Run[]): string {
  const head =
    "| way | pods | move | times | failed | seconds, at most | p99, at most | share: from, to | promised meanwhile | applied by HAProxy meanwhile | ready pods: before, after | fewest |\n| --- | --- | --- | ---: | ---: | ---: | ---: | --- | --- | --- | --- | ---: |";
  return [head, ...runs.flatMap((run) => groupsOf(run.moves).map((moves) => moveRow(run, moves)))].join("\n");
}

function groupsOf(moves: readonly MoveReport[]): MoveReport[][] {
  const groups = new Map<string, MoveReport[]>();
  for (const move of moves) {
    const key = `${move.stage} ${move.move}`;
    groups.set(key, [...(groups.get(key) ?? []), move]);
  }
  return [...groups.values()];
}

function moveRow(run: Run, moves: readonly MoveReport[]): string {
  const [first] = moves;
  if (!first) return "";
  const { share, readyPods, stage, move } = first;
  const applied = moves.flatMap((each) => each.share.applied ?? []);
  const seen = {
    lowest: Math.min(...applied.map(({ lowest }) => lowest)),
    highest: Math.max(...applied.map(({ highest }) => highest)),
  };
  const kept = moves.some((each) => each.share.kept === false) ? " (NOT KEPT)" : "";
  const cells = [
    NAMES[run.way],
    podsText(run),
    `${stage} (${move})`,
    moves.length,
    moves.reduce((sum, { failed }) => sum + failed, 0),
    Math.max(...moves.map(({ seconds }) => seconds)).toFixed(1),
    ms(Math.max(...moves.map(({ p99 }) => p99 ?? 0))),
    `${percent(share.before)}, ${percent(share.after)}`,
    share.bound ? rangeText(share.bound) : "nothing",
    applied.length > 0 ? rangeText(seen) + kept : "none",
    `${readyPods.before}, ${readyPods.after}`,
    Math.min(...moves.map((each) => each.readyPods.fewest)),
  ];
  return `| ${cells.join(" | ")} |`;
}

const podsText = ({ replicas: { previous, canary } }: Run): string => `${previous} + ${canary}`;

const kindsText = ({ failuresByKind }: Figures): string =>
  Object.entries(failuresByKind)
    .map(([kind, count]) => `${count} ${kind}`)
    .join(", ") || "none";

const ms = (value: number | null): string =>
  value === null ? "none" : `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
