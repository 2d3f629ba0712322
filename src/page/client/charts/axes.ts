import type uPlot from "uplot";
import { clock, type Zone } from "../model/times.ts";
import type { Palette } from "./palette.ts";

type Axis = uPlot.Axis;

const GAP = 6;
const HOURS_AND_MINUTES = "04:05".length;

/** What all axes have in common: quiet lines, numbers in the muted colour. */
const quiet = ({ muted, line, font }: Palette): Axis => ({
  stroke: muted,
  font,
  gap: GAP,
  grid: { stroke: line, width: 1 },
  ticks: { show: false },
});

/** Room at the right for the half of the last number below, in CSS pixels. */
export const roomAtRight = ({ fontSize }: Palette): number => 2.2 * fontSize;

/** Both charts of a figure have it equally wide, so that the same moment stands at the same place. */
const axisWidth = ({ fontSize }: Palette): number => 5 * fontSize;

/** Of the axis below. */
export const axisHeight = ({ fontSize }: Palette): number => GAP + 1.8 * fontSize;

export function timeAxis(palette: Palette, zone: Zone, isShown: boolean): Axis {
  return {
    ...quiet(palette),
    size: isShown ? axisHeight(palette) : 0,
    space: 6 * palette.fontSize,
    values: (_plot, splits, _axis, _space, step) =>
      isShown
        ? splits.map((at) =>
            clock(new Date(at * 1000), zone).slice(0, step < 60 ? undefined : HOURS_AND_MINUTES),
          )
        : splits.map(() => ""),
  };
}

export function numberAxis(
  palette: Palette,
  textOf: (value: number) => string,
  splits?: readonly number[],
): Axis {
  return {
    ...quiet(palette),
    size: axisWidth(palette),
    values: (_plot, values) => values.map((value) => (value === null ? "" : textOf(value))),
    ...(splits ? { splits: [...splits] } : {}),
  };
}
