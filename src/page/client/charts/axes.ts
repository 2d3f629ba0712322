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
export const RIGHT = 26;

/** Both charts of a figure have it equally wide, so that the same moment stands at the same place. */
export const AXIS_WIDTH = 64;

export function timeAxis(palette: Palette, zone: Zone, isShown: boolean): Axis {
  return {
    ...quiet(palette),
    size: isShown ? 28 : 0,
    space: 80,
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
    size: AXIS_WIDTH,
    values: (_plot, values) => values.map((value) => (value === null ? "" : textOf(value))),
    ...(splits ? { splits: [...splits] } : {}),
  };
}
