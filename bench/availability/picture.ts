import type { Run } from "./report.ts";

const WIDTH = 960;
const PANEL = { left: 56, width: 880, top: 34, share: 120, failures: 60, height: 244 };
const LEGEND_HEIGHT = 34;
const COLOURS = ["#9db2c7", "#1f7a8c", "#e08e45", "#7b6d8d"];
const FAILED_COLOUR = "#c1121f";
const TITLES: Readonly<Record<Run["way"], string>> = {
  program: "This program",
  walkthrough: "The walkthrough's way",
};

/** Cycles in one picture: more of them could not be told apart. */
const CYCLES_SHOWN = 2;

type Bins = Run["timeline"];
type Scale = (at: number) => number;

/** What one way did, over time. */
export interface Panel {
  readonly title: string;
  readonly timeline: Bins;
  readonly moves: readonly { readonly at: number; readonly seconds: number }[];
}

/** Both ways under each other, their first cycles. */
export const pictureOf = (all: readonly Run[]): string =>
  panelsPicture(
    all.map((run) => {
      const { way, replicas, total, cycles } = run;
      const shown =
        cycles > CYCLES_SHOWN ? ` (in ${cycles} cycles, of which the first ${CYCLES_SHOWN} are shown)` : "";
      return {
        ...firstCycles(run, CYCLES_SHOWN),
        title: `${TITLES[way]}, ${replicas.previous} + ${replicas.canary} pods: ${total.requests} requests, ${total.failed} failed${shown}`,
      };
    }),
    (version) => `httpd ${version}`,
  );

/** Panels under each other: the share of each version over time, and failed requests a second below it. */
export function panelsPicture(all: readonly Panel[], nameOf: (version: string) => string): string {
  const versions = [
    ...new Set(all.flatMap(({ timeline }) => timeline.flatMap(({ byVersion }) => Object.keys(byVersion)))),
  ].sort();
  const most = Math.max(1, ...all.flatMap(({ timeline }) => timeline.map(failuresPerSecond)));
  const height = all.length * PANEL.height + LEGEND_HEIGHT;
  const panels = all.map((each, index) => panel(each, versions, most, index * PANEL.height));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="12" fill="#22303c">
<title>Share of each version and failed requests during release cycles</title>
<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>
${panels.join("\n")}
${legend(versions.map(nameOf), height - 18)}
</svg>
`;
}

/** What was until the cycle after those that are shown began. */
export function firstCycles<M extends { readonly cycle: number; readonly at: number }>(
  { moves, timeline }: { readonly moves: readonly M[]; readonly timeline: Bins },
  cycles: number,
): { readonly moves: readonly M[]; readonly timeline: Bins } {
  const isShown = ({ cycle }: M): boolean => cycle <= cycles;
  const end = moves.find((move) => !isShown(move))?.at ?? Number.POSITIVE_INFINITY;
  return { moves: moves.filter(isShown), timeline: timeline.filter(({ at }) => at < end) };
}

const sum = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((total, count) => total + count, 0);

const failuresPerSecond = ({ failures }: Bins[number]): number => 2 * sum(failures);

function panel(
  { title, timeline, moves }: Panel,
  versions: readonly string[],
  most: number,
  top: number,
): string {
  const end = Math.max(1, (timeline.at(-1)?.at ?? 0) + 500);
  const x: Scale = (at) => PANEL.left + (PANEL.width * at) / end;
  const base = top + PANEL.top + PANEL.share;
  const floor = base + 16 + PANEL.failures;
  const right = PANEL.left + PANEL.width;
  return [
    `<text x="${PANEL.left}" y="${top + 18}" font-weight="bold">${title}</text>`,
    ...areas(timeline, versions, x, base),
    ...[0, 50, 100].map((share) => shareLabel(share, base)),
    ...moves.map(({ at, seconds }) => moveMark(x(at), x(at + seconds * 1000), top + PANEL.top)),
    ...timeline.filter(({ failures }) => sum(failures) > 0).map((bin) => failureBar(bin, x, floor, most)),
    `<line x1="${PANEL.left}" x2="${right}" y1="${floor}" y2="${floor}" stroke="#22303c"/>`,
    `<text x="${PANEL.left - 6}" y="${floor - PANEL.failures + 8}" text-anchor="end">${most}/s</text>`,
    `<text x="${PANEL.left - 6}" y="${floor}" text-anchor="end">failed</text>`,
    `<text x="${right}" y="${floor + 14}" text-anchor="end">${Math.round(end / 1000)} s</text>`,
  ].join("\n");
}

/** One area a version, each standing on those before it. */
function areas(timeline: Bins, versions: readonly string[], x: Scale, base: number): string[] {
  const bins = timeline.filter(({ byVersion }) => sum(byVersion) > 0);
  const height = (bin: Bins[number], upTo: number): string => {
    const counted = versions.slice(0, upTo).reduce((all, version) => all + (bin.byVersion[version] ?? 0), 0);
    return `${x(bin.at).toFixed(1)},${(base - (PANEL.share * counted) / sum(bin.byVersion)).toFixed(1)}`;
  };
  return versions.map((_, index) => {
    const points = [
      ...bins.map((bin) => height(bin, index + 1)),
      ...bins.map((bin) => height(bin, index)).reverse(),
    ];
    return `<polygon fill="${COLOURS[index % COLOURS.length]}" points="${points.join(" ")}"/>`;
  });
}

const shareLabel = (share: number, base: number): string =>
  `<text x="${PANEL.left - 6}" y="${base - (PANEL.share * share) / 100 + 4}" text-anchor="end">${share} %</text>`;

/** A bar over the time that a move took. */
const moveMark = (from: number, to: number, top: number): string =>
  `<rect x="${from.toFixed(1)}" y="${top - 6}" width="${(to - from).toFixed(1)}" height="3"/>`;

function failureBar(bin: Bins[number], x: Scale, floor: number, most: number): string {
  const height = Math.max(2, (PANEL.failures * failuresPerSecond(bin)) / most);
  const width = Math.max(1, x(500) - x(0));
  return `<rect x="${x(bin.at).toFixed(1)}" y="${(floor - height).toFixed(1)}" width="${width.toFixed(1)}" height="${height.toFixed(1)}" fill="${FAILED_COLOUR}"/>`;
}

function legend(names: readonly string[], y: number): string {
  const entry = (index: number, colour: string, text: string): string => {
    const at = PANEL.left + index * 130;
    return `<rect x="${at}" y="${y}" width="12" height="12" fill="${colour}"/><text x="${at + 18}" y="${y + 10}">${text}</text>`;
  };
  return [
    ...names.map((name, index) => entry(index, COLOURS[index % COLOURS.length] ?? "", name)),
    entry(names.length, FAILED_COLOUR, "failed requests"),
    entry(names.length + 1, "#22303c", "a move goes on"),
  ].join("");
}
