import { barsPicture } from "../bars.ts";
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

/** Failed requests of users until a bad canary is found, at 500 requests a second, as SVG. */
export function pictureOf(cells: readonly CellResult[]): string {
  const shown = cells.filter(
    ({ rate, times, pattern, minutes }) =>
      rate === 500 && times !== 1 && pattern === "plain" && minutes === 10,
  );
  return barsPicture(
    {
      title: "Requests of users that fail until a bad canary is found, at 500 requests a second",
      heading:
        "Requests of users that fail until a bad canary is found (logarithmic; 500 requests/s, share 25 %)",
    },
    RULE_NAMES.map((name) => ({ name: NAMES[name], colour: COLOURS[name] })),
    shown.map(({ base, times, rules }) => ({
      label: `${harmText(times)} at ${100 * base} %`,
      bars: RULE_NAMES.map((name) => {
        const { failed, alarmed } = rules[name];
        const note = `${Math.round(failed).toLocaleString("en-US")}${alarmed < 0.5 ? ", never found" : ""}`;
        return { colour: COLOURS[name], value: failed, note };
      }),
    })),
  );
}
