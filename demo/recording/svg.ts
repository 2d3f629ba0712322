import type { Film, Shot } from "./film.ts";
import type { Line, Span } from "./screen.ts";

const FONT = "ui-monospace,SFMono-Regular,Menlo,'DejaVu Sans Mono','Liberation Mono',monospace";
const CHARACTER = { width: 7.83, height: 17, size: 13 };
const PADDING = 14;
const BACKGROUND = "#16202a";
const FOREGROUND = "#dbe4ec";
/** The terminal's sixteen colours on the background above. */
const COLOURS = [
  ...["#16202a", "#ff7b72", "#7ee2a8", "#e3c266", "#79b8ff", "#d2a8ff", "#7fd4e0", "#dbe4ec"],
  ...["#7d8b99", "#ff9d96", "#9ff0c0", "#f2d98b", "#a5cfff", "#e2c5ff", "#a4e6ef", "#ffffff"],
];

/**
 * A film as one SVG that plays over and over by CSS alone. What stands still (a viewer without animation, or a reader
 * who asked for reduced motion) is the screen at one moment.
 * @param still that moment, in milliseconds
 */
export function svgOf(film: Film, title: string, still: number): string {
  const width = Math.ceil(film.columns * CHARACTER.width + 2 * PADDING);
  const height = film.rows * CHARACTER.height + 2 * PADDING;
  const times = [...new Set(film.shots.map(timeOf))];
  const name = (shot: Shot): string => `t${times.indexOf(timeOf(shot)).toString(36)}`;
  const texts = film.shots.map((shot) => {
    const isStill = shot.from <= still && still < shot.to;
    const position = `x="${PADDING}" y="${PADDING + shot.row * CHARACTER.height + CHARACTER.size}"`;
    return `<text class="${isStill ? "" : "h "}${name(shot)}" ${position}>${lineText(shot.line)}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" xml:space="preserve">
<title>${escaped(title)}</title>
<style>
text{font:${CHARACTER.size}px ${FONT};fill:${FOREGROUND};white-space:pre}
@media (prefers-reduced-motion:no-preference){text{animation:${seconds(film.durationMs)}s step-end infinite}}
.h{visibility:hidden}.b{font-weight:bold}.d{opacity:.65}
${usedColours(film)
  .map((colour) => `.c${colour}{fill:${COLOURS[colour]}}`)
  .join("")}
${times.map((time, index) => rule(`t${index.toString(36)}`, time, film.durationMs)).join("\n")}
</style>
<rect width="${width}" height="${height}" rx="8" fill="${BACKGROUND}"/>
${texts.join("\n")}
</svg>
`;
}

const timeOf = ({ from, to }: Shot): string => `${from} ${to}`;

/** Shown from one time to another, hidden otherwise. */
function rule(name: string, time: string, durationMs: number): string {
  const [from = 0, to = 0] = time.split(" ").map(Number);
  const percent = (at: number) => `${Number(((100 * at) / durationMs).toFixed(3))}%`;
  const frames = [
    ...(from > 0 ? ["0%{visibility:hidden}"] : []),
    `${percent(from)}{visibility:visible}`,
    ...(to < durationMs ? [`${percent(to)}{visibility:hidden}`] : []),
  ];
  return `.${name}{animation-name:${name}}@keyframes ${name}{${frames.join("")}}`;
}

const seconds = (ms: number): number => Number((ms / 1000).toFixed(2));

function usedColours({ shots }: Film): number[] {
  const used = shots.flatMap(({ line }) => line.map(({ style }) => style.colour));
  return [...new Set(used)].filter((colour) => colour !== undefined).sort((a, b) => a - b);
}

const lineText = (line: Line): string => line.map(spanText).join("");

function spanText({ text, style: { colour, bold, dim } }: Span): string {
  const classes = [colour !== undefined && `c${colour}`, bold && "b", dim && "d"].filter(Boolean);
  return classes.length === 0
    ? escaped(text)
    : `<tspan class="${classes.join(" ")}">${escaped(text)}</tspan>`;
}

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
