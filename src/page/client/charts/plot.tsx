import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { theme } from "../preferences.ts";
import { type Palette, paletteAt } from "./palette.ts";

export interface PlotProps {
  /** Everything but the size. Made anew with the theme, for its colours. */
  readonly options: (palette: Palette) => Omit<uPlot.Options, "width" | "height">;
  readonly data: uPlot.AlignedData;
  /** The range of the horizontal axis; that of the data without it. */
  readonly range: readonly [number, number] | undefined;
  /** Options are made anew when it changes: what they draw besides the data. */
  readonly version: unknown;
  /** Named in the style sheet, which gives the height. */
  readonly name: string;
}

const DARK = "(prefers-color-scheme: dark)";

/** A chart by uPlot, as wide as its place, in the colours of the theme. What it shows is said beside it: a canvas is silent. */
export function Plot({ options, data, range, version, name }: PlotProps) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const latest = useRef({ options, data, range });
  latest.current = { options, data, range };

  useEffect(() => {
    // What is drawn besides the data, and the theme, need another plot.
    const element = place.current;
    if (!element) return;
    const draw = () => {
      plot.current?.destroy();
      const { clientWidth: width, clientHeight: height } = element;
      plot.current = new uPlot(
        { ...latest.current.options(paletteAt(element)), width, height },
        latest.current.data,
        element,
      );
      show(plot.current, latest.current);
    };
    draw();
    const resized = new ResizeObserver(() => {
      const { clientWidth: width, clientHeight: height } = element;
      if (plot.current && (plot.current.width !== width || plot.current.height !== height))
        plot.current.setSize({ width, height });
    });
    resized.observe(element);
    const scheme = matchMedia(DARK);
    scheme.addEventListener("change", draw);
    return () => {
      resized.disconnect();
      scheme.removeEventListener("change", draw);
      plot.current?.destroy();
      plot.current = null;
    };
  }, [version, theme.value]);

  useEffect(() => {
    if (plot.current && plot.current.data !== data) plot.current.setData(data, false);
    if (plot.current) show(plot.current, { range, data });
  }, [data, range]);

  return <div class={`plot plot-${name}`} ref={place} />;
}

function show(plot: uPlot, { range, data }: Pick<PlotProps, "range" | "data">): void {
  const [times] = data;
  const [min, max] = range ?? [times[0] ?? 0, times.at(-1) ?? 1];
  // It draws again, with the data as it is now, also where the range is the same.
  plot.setScale("x", { min, max: max > min ? max : min + 1 });
}
