import type uPlot from "uplot";
import type { VersionSpan } from "../model/columns.ts";
import type { HistoryEntry } from "../model/history.ts";
import { isWrong } from "../model/history.ts";
import type { Palette } from "./palette.ts";

/** Room above the chart for the moves' names, two lines of them, in CSS pixels. */
export const marksHeight = ({ fontSize }: Palette): number => 2.7 * fontSize;

const MARGIN = 6;

/** Draws each move as a line where it began, with its stage above, and a veil as long as it took. */
export function drawMoves(plot: uPlot, moves: readonly HistoryEntry[], palette: Palette): void {
  const { ctx, bbox } = plot;
  const ratio = pixelRatio();
  ctx.save();
  ctx.font = scaled(palette.font, ratio);
  ctx.textBaseline = "alphabetic";
  ctx.textAlign = "left";
  let free = Number.NEGATIVE_INFINITY;
  for (const move of [...moves].reverse()) {
    const at = Date.parse(move.time) / 1000;
    const left = plot.valToPos(at, "x", true);
    const right = plot.valToPos(at + move.seconds, "x", true);
    if (right < bbox.left || left > bbox.left + bbox.width) continue;
    const from = Math.max(bbox.left, left);
    ctx.fillStyle = palette.ink;
    ctx.globalAlpha = 0.1;
    ctx.fillRect(from, bbox.top, Math.min(bbox.left + bbox.width, right) - from, bbox.height);
    ctx.globalAlpha = 1;
    if (left < bbox.left) continue;
    line(ctx, left, bbox, palette, ratio);
    const title = `${isWrong(move) ? "✕ " : ""}${move.stage}`;
    const width = Math.max(ctx.measureText(title).width, ctx.measureText(move.move).width);
    const start = Math.min(left + 4 * ratio, bbox.left + bbox.width - width);
    if (start < free) continue;
    ctx.fillStyle = isWrong(move) ? palette.bad : palette.ink;
    ctx.fillText(title, start, bbox.top - (MARGIN + 1.2 * palette.fontSize) * ratio);
    ctx.fillStyle = palette.muted;
    ctx.fillText(move.move, start, bbox.top - MARGIN * ratio);
    free = start + width + 2 * MARGIN * ratio;
  }
  ctx.restore();
}

function line(
  ctx: CanvasRenderingContext2D,
  at: number,
  { top, height }: uPlot.BBox,
  palette: Palette,
  ratio: number,
): void {
  ctx.beginPath();
  ctx.setLineDash([3 * ratio, 3 * ratio]);
  ctx.strokeStyle = palette.ink;
  ctx.lineWidth = ratio;
  ctx.moveTo(at, top - (MARGIN + 2 * palette.fontSize) * ratio);
  ctx.lineTo(at, top + height);
  ctx.stroke();
  ctx.setLineDash([]);
}

/** Writes each version's name into its area, where there is room: no colour has to be looked up. */
export function drawVersions(plot: uPlot, spans: readonly VersionSpan[], palette: Palette): void {
  const { ctx, bbox } = plot;
  const ratio = pixelRatio();
  ctx.save();
  ctx.font = `600 ${scaled(palette.font, ratio)}`;
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  for (const { from, to, previous, canary, share } of spans) {
    const left = Math.max(bbox.left, plot.valToPos(from, "x", true));
    const right = Math.min(bbox.left + bbox.width, plot.valToPos(to, "x", true));
    const write = (text: string, low: number, high: number, colour: string) => {
      const room = Math.abs(plot.valToPos(low, "y", true) - plot.valToPos(high, "y", true));
      if (room < 18 * ratio || right - left < ctx.measureText(text).width + 4 * MARGIN * ratio) return;
      ctx.fillStyle = colour;
      ctx.fillText(text, (left + right) / 2, plot.valToPos((low + high) / 2, "y", true));
    };
    write(canary, 0, share, palette.canaryInk);
    write(previous, share, 100, palette.previousInk);
  }
  ctx.restore();
}

/** Draws a boundary over the whole width, with its name. */
export function drawBoundary(plot: uPlot, { at, name, colour }: Boundary, palette: Palette): void {
  const { ctx, bbox } = plot;
  const ratio = pixelRatio();
  const y = plot.valToPos(at, "y", true);
  ctx.save();
  ctx.strokeStyle = colour;
  ctx.fillStyle = colour;
  ctx.lineWidth = 1.5 * ratio;
  ctx.setLineDash([6 * ratio, 4 * ratio]);
  ctx.beginPath();
  ctx.moveTo(bbox.left, y);
  ctx.lineTo(bbox.left + bbox.width, y);
  ctx.stroke();
  ctx.font = scaled(palette.font, ratio);
  ctx.textBaseline = "bottom";
  ctx.textAlign = "left";
  ctx.fillText(name, bbox.left + MARGIN * ratio, y - 2 * ratio);
  ctx.restore();
}

export interface Boundary {
  readonly at: number;
  readonly name: string;
  readonly colour: string;
}

/** Canvas pixels of a CSS pixel. */
const pixelRatio = (): number => devicePixelRatio || 1;

/** A font by canvas pixels: `13px system-ui` on a screen of ratio 2 is `26px system-ui`. */
const scaled = (font: string, ratio: number): string =>
  font.replace(/^[\d.]+/, (size) => String(Number(size) * ratio));
