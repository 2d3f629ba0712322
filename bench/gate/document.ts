import type { CellResult } from "./cells.ts";
import { RULE_NAMES, type RuleName } from "./rules.ts";

const TITLES: Readonly<Record<RuleName, string>> = {
  gate: "this gate",
  flagger: "Flagger's rule",
  argo: "Argo's rule",
  kayenta: "Kayenta, once",
};

/** The tables of docs/gate.md, in Markdown. */
export function tablesOf(
  cells: readonly CellResult[],
  { soaks, seconds }: { readonly soaks: number; readonly seconds: number },
): string {
  const parts = [
    `${soaks} soaks of each combination, the canary's share 25 %, looks of 5 s, planned for 10 minutes; simulated in ${seconds} s.`,
    "### False alarms over a whole soak of a healthy canary",
    falseAlarms(cells),
    "### Until a bad canary is found",
    "Median seconds / mean of the canary's requests that failed until then; in a soak of 10 minutes, plain. *never*: in less than half of the soaks.",
    detection(cells),
    "### What has to be reached",
    reached(cells),
  ];
  return parts.join("\n\n");
}

function falseAlarms(cells: readonly CellResult[]): string {
  const rows = cells
    .filter(({ times }) => times === 1)
    .map((cell) => [
      `${cell.minutes} min`,
      cell.pattern,
      `${cell.rate}/s`,
      percent(cell.base),
      ...RULE_NAMES.map((name) => percent(cell.rules[name].alarmed)),
    ]);
  return table(
    ["soak", "failures", "requests", "base rate", ...RULE_NAMES.map((name) => TITLES[name])],
    rows,
  );
}

function detection(cells: readonly CellResult[]): string {
  const rows = cells
    .filter(({ times, pattern, minutes }) => times !== 1 && pattern === "plain" && minutes === 10)
    .map((cell) => [
      `${cell.rate}/s`,
      percent(cell.base),
      harmText(cell.times),
      ...RULE_NAMES.map((name) => {
        const { alarmed, seconds, failed } = cell.rules[name];
        const when = alarmed < 0.5 || seconds === null ? "never" : `${Math.round(seconds)} s`;
        return `${when} / ${Math.round(failed).toLocaleString("en-US")}`;
      }),
    ]);
  return table(["requests", "base rate", "harm", ...RULE_NAMES.map((name) => TITLES[name])], rows);
}

/** What the gate has to reach at 500 requests a second: users' failed requests as a part of a rival's. */
const GOALS = [
  { base: 0.01, times: null, flagger: 1 / 15, argo: 1 / 15 },
  { base: 0.001, times: null, flagger: 1 / 15, argo: 1 / 15 },
  { base: 0.01, times: 20, flagger: 1 / 10, argo: 1 / 8 },
  { base: 0.01, times: 5, flagger: 1 / 5, argo: 1 / 8 },
  { base: 0.001, times: 5, flagger: 1 / 7, argo: 1 / 7 },
] as const;

/** False alarms that are allowed over a whole soak. */
const MOST_FALSE_ALARMS = { plain: 0.002, drift: 0.002, bursts: 0.01 } as const;

interface Reached {
  readonly what: string;
  readonly found: string;
  readonly goal: string;
  readonly isReached: boolean;
}

function goalsOf(cells: readonly CellResult[]): Reached[] {
  const alarms = Object.entries(MOST_FALSE_ALARMS).map(([pattern, most]): Reached => {
    const of = cells.filter((cell) => cell.times === 1 && cell.rate === 500 && cell.pattern === pattern);
    const worst = Math.max(...of.map(({ rules }) => rules.gate.alarmed));
    return {
      what: `false alarms, ${pattern}, 500/s, the worst cell`,
      found: percent(worst),
      goal: `at most ${percent(most)}`,
      isReached: worst <= most,
    };
  });
  const harms = GOALS.flatMap(({ base, times, ...rivals }) => {
    const cell = cells.find(
      (one) =>
        one.rate === 500 &&
        one.base === base &&
        one.times === times &&
        one.pattern === "plain" &&
        one.minutes === 10,
    );
    if (!cell) return [];
    return (["flagger", "argo"] as const).map((rival): Reached => {
      const part = cell.rules.gate.failed / cell.rules[rival].failed;
      return {
        what: `failed requests, ${harmText(times)} at ${percent(base)}, beside ${TITLES[rival]}`,
        found: `1/${(1 / part).toFixed(1)}`,
        goal: `at most 1/${Math.round(1 / rivals[rival])}`,
        isReached: part <= rivals[rival],
      };
    });
  });
  return [...alarms, ...harms];
}

function reached(cells: readonly CellResult[]): string {
  const rows = goalsOf(cells).map(({ what, found, goal, isReached }) => [
    what,
    found,
    goal,
    isReached ? "yes" : "NO",
  ]);
  return table(["", "found", "has to be", "reached"], rows);
}

/** What is not reached, a line each. */
export const missedOf = (cells: readonly CellResult[]): string[] =>
  goalsOf(cells)
    .filter(({ isReached }) => !isReached)
    .map(({ what, found, goal }) => `${what}: ${found}, ${goal}`);

export const harmText = (times: number | null): string => (times === null ? "all fail" : `x${times}`);

const percent = (part: number): string => `${Number((100 * part).toFixed(2))} %`;

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
