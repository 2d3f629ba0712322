import type uPlot from "uplot";
import type { Zone } from "../model/times.ts";
import type { Palette } from "./palette.ts";

type Axis = uPlot.Axis;

const GAP = 6;

/** What all axes have in common: quiet lines, numbers in the muted colour. */
const quiet = ({ muted, line, font }: Palette): Axis => ({
  stroke: muted,
  font,
  gap: GAP,
  grid: { stroke: line, width: 1 },
  ticks: { show: false },
});

/** Both charts of a figure have it equally wide, so that the same moment stands at the same place. */
export const AXIS_WIDTH = 64;

export function timeAxis(palette: Palette, zone: Zone, isShown: boolean): Axis {
  const clock = new Intl.DateTimeFormat("en-GB", {
    hour: "2-digit",
    minute: "2-digit",
    ...(zone === "UTC" ? { timeZone: "UTC" } : {}),
  });
  const precise = new Intl.DateTimeFormat("en-GB", {
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    ...(zone === "UTC" ? { timeZone: "UTC" } : {}),
  });
  return {
    ...quiet(palette),
    size: isShown ? 28 : 0,
    space: 80,
    values: (_plot, splits, _axis, _space, step) =>
      isShown ? splits.map((at) => (step < 60 ? precise : clock).format(at * 1000)) : splits.map(() => ""),
  };
}

export function numberAxis(palette: Palette, textOf: (value: number) => string, splits?: readonly number[]): Axis {
  return {
    ...quiet(palette),
    size: AXIS_WIDTH,
    values: (_plot, values) => values.map((value) => (value === null ? "" : textOf(value))),
    ...(splits ? { splits: [...splits] } : {}),
  };
}
