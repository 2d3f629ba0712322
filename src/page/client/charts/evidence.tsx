import { useMemo } from "preact/hooks";
import type uPlot from "uplot";
import type { PageSoak } from "../../contract.ts";
import { evidenceColumns } from "../model/columns.ts";
import { evidence } from "../model/numbers.ts";
import { duration } from "../model/times.ts";
import { axisHeight, numberAxis, roomAtRight } from "./axes.ts";
import { drawBoundary } from "./marks.ts";
import type { Palette } from "./palette.ts";
import { Plot } from "./plot.tsx";

/** Evidence of harm and of being fine, look by look, each on its way to its boundary. */
export function EvidenceChart({ now }: { readonly now: PageSoak }) {
  const { looks, boundaries } = now;
  const columns = useMemo(() => evidenceColumns({ looks, boundaries }), [looks, boundaries]);
  const last = looks.at(-1);
  const data = useMemo(
    () => [columns.seconds, columns.harm, columns.fine] as [number[], number[], number[]],
    [columns],
  );
  const range = useMemo(
    () => [0, Math.max(now.leastSeconds, last?.seconds ?? 1)] as const,
    [now.leastSeconds, last],
  );
  return (
    <figure class="evidence">
      <figcaption class="readout">
        <span class="key key-harm">
          harm: {evidence(last?.eA ?? 1)}, decided from {boundaries.harm} on
        </span>
        <span class="key key-fine">
          fine: {evidence(last?.eN ?? 1)}, decided from {boundaries.fine} on
        </span>
      </figcaption>
      <Plot
        name="evidence"
        options={(palette) => evidenceOptions(palette, boundaries, columns)}
        data={data}
        range={range}
        version={`${boundaries.harm} ${boundaries.fine}`}
      />
    </figure>
  );
}

function evidenceOptions(
  palette: Palette,
  { harm, fine }: PageSoak["boundaries"],
  { lowest, highest }: ReturnType<typeof evidenceColumns>,
): Omit<uPlot.Options, "width" | "height"> {
  return {
    legend: { show: false },
    cursor: { show: false },
    padding: [8, roomAtRight(palette), 0, 0],
    scales: { x: { time: false }, y: { distr: 3, log: 10, range: [lowest, highest] } },
    axes: [
      {
        ...numberAxis(palette, (seconds) => duration(seconds)),
        size: axisHeight(palette),
        space: 6 * palette.fontSize,
      },
      numberAxis(palette, (value) => value.toLocaleString("en-US"), powers(lowest, highest)),
    ],
    series: [
      {},
      { label: "harm", stroke: palette.bad, width: 2, points: { show: false } },
      { label: "fine", stroke: palette.good, width: 2, dash: [1, 4], cap: "round", points: { show: false } },
    ],
    hooks: {
      draw: [
        (plot) => {
          drawBoundary(plot, { at: harm, name: `harm from ${harm} on`, colour: palette.bad }, palette);
          drawBoundary(plot, { at: fine, name: `fine from ${fine} on`, colour: palette.good }, palette);
        },
      ],
    },
  };
}

/** The powers of ten from one number to another, for the lines of a logarithmic axis. */
function powers(lowest: number, highest: number): readonly number[] {
  const first = Math.ceil(Math.log10(lowest));
  const length = Math.floor(Math.log10(highest)) - first + 1;
  return Array.from({ length }, (_, at) => 10 ** (first + at));
}
