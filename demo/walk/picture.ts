import type { Report } from "./report.ts";

const WIDTH = 960;
const HEIGHT = 300;
const PLOT = { left: 48, top: 56, width: 880, height: 190 };
const BIN_MS = 500;
const COLOURS = ["#9db2c7", "#1f7a8c", "#e08e45"];
const FAILED_COLOUR = "#c1121f";

/** The share of each version over the time of a walk, stage by stage, as SVG. */
export function pictureOf(report: Report): string {
  const { buckets, stepsAt } = report.timeline;
  const end = (buckets.at(-1)?.at ?? 0) + BIN_MS;
  const start = Math.min(0, ...stepsAt);
  const x = (at: number) => PLOT.left + (PLOT.width * (at - start)) / (end - start);
  const versions = [...new Set(buckets.flatMap(({ byVersion }) => Object.keys(byVersion)))].sort();
  const parts = [
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`,
    ...areas(binned(buckets), versions, x),
    ...gridLines(),
    ...report.steps.map(({ stage, move }, index) => stepMark(x(stepsAt[index] ?? 0), stage, move)),
    ...buckets.filter(({ failed }) => failed > 0).map(({ at }) => failureMark(x(at))),
    ...legend(versions, report),
    `<text x="${PLOT.left + PLOT.width}" y="${HEIGHT - 36}" text-anchor="end">${Math.round((end - start) / 1000)} s</text>`,
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12" fill="#22303c">
<title>Share of each version while httpd goes through its canary stages</title>
${parts.join("\n")}
</svg>
`;
}

type Buckets = Report["timeline"]["buckets"];

interface Bin {
  readonly at: number;
  readonly byVersion: Record<string, number>;
}

function binned(buckets: Buckets): Bin[] {
  const bins = new Map<number, Bin>();
  for (const { at, byVersion } of buckets) {
    const start = Math.floor(at / BIN_MS) * BIN_MS;
    const bin = bins.get(start) ?? { at: start, byVersion: {} };
    for (const [version, count] of Object.entries(byVersion)) {
      bin.byVersion[version] = (bin.byVersion[version] ?? 0) + count;
    }
    bins.set(start, bin);
  }
  return [...bins.values()].filter(({ byVersion }) => totalOf(byVersion) > 0);
}

const totalOf = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0);

const y = (share: number): number => PLOT.top + PLOT.height * (1 - share);

/** One area a version, each standing on those before it. */
function areas(bins: readonly Bin[], versions: readonly string[], x: (at: number) => number): string[] {
  const share = (bin: Bin, upTo: number): number =>
    versions.slice(0, upTo).reduce((sum, version) => sum + (bin.byVersion[version] ?? 0), 0) /
    totalOf(bin.byVersion);
  return versions.map((_, index) => {
    const upper = bins.map((bin) => `${x(bin.at).toFixed(1)},${y(share(bin, index + 1)).toFixed(1)}`);
    const lower = bins.map((bin) => `${x(bin.at).toFixed(1)},${y(share(bin, index)).toFixed(1)}`).reverse();
    return `<polygon fill="${COLOURS[index % COLOURS.length]}" points="${[...upper, ...lower].join(" ")}"/>`;
  });
}

function gridLines(): string[] {
  return [0, 25, 50, 75, 100].map((percent) => {
    const at = y(percent / 100);
    const line = `<line x1="${PLOT.left}" x2="${PLOT.left + PLOT.width}" y1="${at}" y2="${at}" stroke="#ffffff" stroke-opacity="0.5"/>`;
    return `${line}<text x="${PLOT.left - 6}" y="${at + 4}" text-anchor="end">${percent} %</text>`;
  });
}

function stepMark(at: number, stage: string, move: string): string {
  const line = `<line x1="${at}" x2="${at}" y1="${PLOT.top - 6}" y2="${PLOT.top + PLOT.height}" stroke="#22303c" stroke-dasharray="3 3"/>`;
  return `${line}<text x="${at + 3}" y="${PLOT.top - 22}" font-weight="bold">${stage}</text><text x="${at + 3}" y="${PLOT.top - 9}">${move}</text>`;
}

const failureMark = (at: number): string =>
  `<circle cx="${at}" cy="${PLOT.top}" r="4" fill="${FAILED_COLOUR}"/>`;

function legend(versions: readonly string[], report: Report): string[] {
  const entries = versions.map((version, index) => {
    const at = PLOT.left + index * 120;
    return `<rect x="${at}" y="${HEIGHT - 26}" width="12" height="12" fill="${COLOURS[index % COLOURS.length]}"/><text x="${at + 18}" y="${HEIGHT - 16}">httpd ${version}</text>`;
  });
  const total = `${report.requests} requests, ${report.failed} failed`;
  return [
    ...entries,
    `<text x="${PLOT.left + PLOT.width}" y="${HEIGHT - 16}" text-anchor="end">${total}</text>`,
  ];
}
