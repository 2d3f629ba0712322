import uPlot from "uplot";
import type { VersionSpan } from "../model/columns.ts";
import type { HistoryEntry } from "../model/history.ts";
import { count } from "../model/numbers.ts";
import type { Zone } from "../model/times.ts";
import { numberAxis, roomAtRight, timeAxis } from "./axes.ts";
import { drawMoves, drawVersions, marksHeight } from "./marks.ts";
import type { Palette } from "./palette.ts";

/** What the share's chart draws besides its columns, and whom it tells. */
export interface ShareDrawing {
  readonly moves: () => readonly HistoryEntry[];
  readonly spans: () => readonly VersionSpan[];
  readonly zone: Zone;
  readonly onPoint: (time: number | undefined) => void;
  readonly onZoom: (range: readonly [number, number]) => void;
}

type Options = Omit<uPlot.Options, "width" | "height">;

/** A share holds until the next one is known. */
const stepped = uPlot.paths.stepped?.({ align: 1 });

/** Both versions' shares as areas, one upon the other; what the edge applies as a dotted line. */
export function shareOptions({ moves, spans, zone, ...drawing }: ShareDrawing, palette: Palette): Options {
  return {
    ...shared(drawing),
    padding: [marksHeight(palette), roomAtRight(palette), 0, 0],
    scales: { x: { time: true }, y: { range: [0, 100] } },
    axes: [timeAxis(palette, zone, true), numberAxis(palette, (value) => `${value} %`, [0, 25, 50, 75, 100])],
    series: [
      {},
      { label: "previous", fill: palette.previous, width: 0, points: { show: false }, ...pathsOf(stepped) },
      {
        label: "canary",
        fill: palette.canary,
        stroke: palette.ink,
        width: 1.5,
        points: { show: false },
        ...pathsOf(stepped),
      },
      {
        label: "applied",
        stroke: palette.ink,
        dash: [2, 3],
        width: 1.5,
        points: { show: false },
        ...pathsOf(stepped),
      },
    ],
    hooks: {
      ...shared(drawing).hooks,
      draw: [
        (plot) => {
          drawVersions(plot, spans(), palette);
          drawMoves(plot, moves(), palette);
        },
      ],
    },
  };
}

/** How many requests failed since the point before, as bars. */
export function failedOptions(
  { zone, ...drawing }: Omit<ShareDrawing, "moves" | "spans">,
  palette: Palette,
): Options {
  const bars = uPlot.paths.bars?.({ size: [0.8, 12, 2] });
  return {
    ...shared(drawing),
    padding: [6, roomAtRight(palette), 6, 0],
    scales: { x: { time: true }, y: { range: (_plot, _low, high) => [0, Math.max(1, high ?? 1)] } },
    axes: [
      timeAxis(palette, zone, false),
      numberAxis(palette, (value) => (Number.isInteger(value) ? count(value) : "")),
    ],
    series: [
      {},
      { label: "failed", fill: palette.bad, stroke: palette.bad, points: { show: false }, ...pathsOf(bars) },
    ],
  };
}

const pathsOf = (paths: uPlot.Series.PathBuilder | undefined) => (paths ? { paths } : {});

/** One cursor for both charts, and the part that is drawn with the mouse is what both show. */
function shared({ onPoint, onZoom }: Pick<ShareDrawing, "onPoint" | "onZoom">) {
  return {
    legend: { show: false },
    cursor: {
      y: false,
      points: { show: false },
      drag: { x: true, y: false, setScale: false },
      sync: { key: "share" },
    },
    hooks: {
      setCursor: [
        (plot: uPlot) => {
          const { left = -1 } = plot.cursor;
          onPoint(left < 0 ? undefined : plot.posToVal(left, "x"));
        },
      ],
      setSelect: [
        (plot: uPlot) => {
          const { left, width } = plot.select;
          if (width > 0) onZoom([plot.posToVal(left, "x"), plot.posToVal(left + width, "x")]);
          plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        },
      ],
    },
  } satisfies Partial<Options>;
}
