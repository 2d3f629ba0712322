import type { CellResult } from "./cells.ts";
import { harmText } from "./document.ts";
import { RULE_NAMES, type RuleName } from "./rules.ts";

const COLOURS: Readonly<Record<RuleName, string>> = {
  gate: "#1f7a8c",
  flagger: "#e08e45",
  argo: "#9db2c7",
  kayenta: "#8c8c8c",
};
const NAMES: Readonly<Record<RuleName, string>> = {
  gate: "this gate",
  flagger: "Flagger's rule",
  argo: "Argo's rule",
  kayenta: "Kayenta, once",
};
const [WIDTH, BAR, GAP, LEFT, TOP] = [860, 12, 18, 150, 56];
/** Bars are on a logarithmic scale from one request. */
const DECADES = 5;

/** Failed requests of users until a bad canary is found, at 500 requests a second, as SVG. */
export function pictureOf(cells: readonly CellResult[]): string {
  const shown = cells.filter(
    ({ rate, times, pattern, minutes }) =>
      rate === 500 && times !== 1 && pattern === "plain" && minutes === 10,
  );
  const groupHeight = RULE_NAMES.length * BAR + GAP;
  const height = TOP + shown.length * groupHeight + 24;
  const x = (value: number) => ((WIDTH - LEFT - 90) * Math.log10(Math.max(1, value))) / DECADES;
  const groups = shown.flatMap(({ base, times, rules }, group) => {
    const y = TOP + group * groupHeight;
    const label = `<text x="${LEFT - 8}" y="${y + 2 * BAR + 4}" text-anchor="end">${harmText(times)} at ${100 * base} %</text>`;
    const bars = RULE_NAMES.map((name, index) => {
      const { failed, alarmed } = rules[name];
      const at = y + index * BAR;
      const note = `${Math.round(failed).toLocaleString("en-US")}${alarmed < 0.5 ? ", never found" : ""}`;
      return `<rect x="${LEFT}" y="${at}" width="${x(failed).toFixed(1)}" height="${BAR - 2}" fill="${COLOURS[name]}"/><text x="${(LEFT + x(failed) + 4).toFixed(1)}" y="${at + BAR - 3}" font-size="10">${note}</text>`;
    });
    return [label, ...bars];
  });
  const legend = RULE_NAMES.map(
    (name, index) =>
      `<rect x="${LEFT + index * 150}" y="30" width="12" height="12" fill="${COLOURS[name]}"/><text x="${LEFT + 18 + index * 150}" y="40">${NAMES[name]}</text>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="12" fill="#22303c">
<title>Requests of users that fail until a bad canary is found, at 500 requests a second</title>
<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>
<text x="${LEFT}" y="18" font-weight="bold">Requests of users that fail until a bad canary is found (logarithmic; 500 requests/s, share 25 %)</text>
${[...legend, ...groups].join("\n")}
</svg>
`;
}
