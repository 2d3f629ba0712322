import { percent } from "../../model/traffic.ts";

/** `8.2 s`, `3 min 5 s`, `2 h 10 min`, `4 d`. */
export function seconds(duration: number): string {
  if (duration < 60) return `${duration.toFixed(1)} s`;
  return ageText(duration);
}

/** An age in its two largest units, without fractions. */
export function ageText(duration: number): string {
  const units = [
    ["d", 86_400],
    ["h", 3_600],
    ["min", 60],
    ["s", 1],
  ] as const;
  const at = units.findIndex(([, length]) => duration >= length);
  const [unit, length] = units[at] ?? ["s", 1];
  const next = units[at + 1];
  const first = `${Math.floor(duration / length)} ${unit}`;
  const rest = next ? Math.floor((duration % length) / next[1]) : 0;
  return next && rest > 0 && unit !== "d" ? `${first} ${rest} ${next[0]}` : first;
}

/** A share that may not have been asked for. */
export function shareText(share: number | null): string {
  return share === null ? "not asked" : percent(share);
}

/** `2026-11-22 06:58 UTC` */
export function timeText(time: string | Date): string {
  return `${new Date(time).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

/** Columns side by side, each as wide as its widest cell; the last one is left as it is. */
export function table(rows: readonly (readonly string[])[], indent = ""): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [at, cell] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, visibleLength(cell));
  }
  return rows
    .map(
      (row) =>
        indent +
        row.map((cell, at) => padded(cell, at === row.length - 1 ? 0 : (widths[at] ?? 0))).join("  "),
    )
    .join("\n");
}

const padded = (cell: string, width: number): string =>
  cell + " ".repeat(Math.max(0, width - visibleLength(cell)));

/** Without the marks of colours, which take no room. */
const visibleLength = (text: string): number => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with the escape character.
  return text.replace(/\u001b\[[0-9;]*m/g, "").length;
};
