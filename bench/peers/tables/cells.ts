import { percent } from "../../../src/model/traffic.ts";
import { CONTENDERS, type ContenderName } from "../contender.ts";

/** Contenders as they are printed. */
export const NAMES: Readonly<Record<ContenderName, string>> = {
  gateway: "this program, `gateway`",
  flagger: "Flagger",
  replicas: "this program, `replicas`",
  argo: "Argo Rollouts",
};

/** Runs in the order of the contenders. */
export const inOrder = <T extends { readonly contender: ContenderName }>(runs: readonly T[]): T[] =>
  [...runs].sort((a, b) => CONTENDERS.indexOf(a.contender) - CONTENDERS.indexOf(b.contender));

const row = (cells: readonly unknown[]): string => `| ${cells.join(" | ")} |`;

/** A table in Markdown. @param numbersFrom the first column that is set to the right */
export const table = (
  head: readonly string[],
  numbersFrom: number,
  rows: readonly (readonly unknown[])[],
): string =>
  [row(head), row(head.map((_, at) => (at < numbersFrom ? "---" : "---:"))), ...rows.map(row)].join("\n");

/** All of them together. */
export const sum = (numbers: readonly number[]): number =>
  numbers.reduce((total, number) => total + number, 0);

/** `2.0, 5.5`: of an even number the lower middle one. */
export function medianAndWorst(numbers: readonly number[]): string {
  const sorted = [...numbers].sort((a, b) => a - b);
  return `${(sorted[Math.floor((sorted.length - 1) / 2)] ?? 0).toFixed(1)}, ${(sorted.at(-1) ?? 0).toFixed(1)}`;
}

/** `2 to 5`, or the one number. */
export function range(numbers: readonly number[]): string {
  const [least, most] = [Math.min(...numbers), Math.max(...numbers)];
  return least === most ? String(least) : `${least} to ${most}`;
}

/** The least and the greatest share in percent; those that are not known are left out. */
export function shares(all: readonly (number | null)[]): string {
  const known = all.filter((share) => share !== null);
  if (known.length === 0) return "none";
  const [least, most] = [Math.min(...known), Math.max(...known)];
  return least === most ? percent(least) : `${percent(least)} to ${percent(most)}`;
}

/** `3 reset, 1 timeout`. */
export const byKind = (failures: Readonly<Record<string, number>>): string =>
  Object.entries(failures)
    .map(([kind, count]) => `${count.toLocaleString("en")} ${kind}`)
    .join(", ") || "none";

/** Milliseconds as they are printed. */
export const ms = (value: number | null): string =>
  value === null ? "none" : `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
