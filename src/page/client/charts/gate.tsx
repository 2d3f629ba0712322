import { useMemo } from "preact/hooks";
import type uPlot from "uplot";
import type { PageSoak } from "../../contract.ts";
import { evidenceColumns } from "../model/columns.ts";
import { evidence, failures } from "../model/numbers.ts";
import { duration } from "../model/times.ts";
import { Icon } from "../parts/icon.tsx";
import { Panel } from "../parts/panel.tsx";
import { live, soak } from "../state.ts";
import { axisHeight, numberAxis, roomAtRight } from "./axes.ts";
import { drawBoundary } from "./marks.ts";
import type { Palette } from "./palette.ts";
import { Plot } from "./plot.tsx";

export const DECISIONS = {
  harm: ["bad", "harm"],
  fine: ["good", "fine"],
  "go on": ["behind", "neither yet"],
} as const;

/** What the gate has seen: the sentence, then the evidence on its way to one of two boundaries. */
export function Gate() {
  const now = soak.value;
  const decision = now?.looks.at(-1)?.decision ?? live.value?.verdict?.decision;
  return (
    <Panel name="gate" title="Health gate" aside={decision && <Decision decision={decision} isOver={!now} />}>
      {now ? <Soak now={now} /> : <Verdict />}
    </Panel>
  );
}

function Decision({
  decision,
  isOver,
}: {
  readonly decision: keyof typeof DECISIONS;
  readonly isOver: boolean;
}) {
  const [icon, word] = DECISIONS[decision];
  return (
    <span class={`verdict verdict-${icon}`}>
      <Icon name={icon} /> {isOver && decision === "go on" ? "held" : word}
    </span>
  );
}

function Soak({ now }: { readonly now: PageSoak }) {
  const last = now.looks.at(-1);
  if (!last) return <p class="none">The canary of {now.stage} is judged. The first look is on its way.</p>;
  return (
    <>
      <p class="sentence">The canary {last.sentence}.</p>
      <EvidenceChart now={now} />
      <p class="under">
        {last.looks} looks in {duration(last.seconds)}; judged for {duration(now.leastSeconds)} at least,{" "}
        {duration(now.mostSeconds)} at most
        {!now.held && ", by a command elsewhere"}
      </p>
      <progress
        class="soak"
        max={now.mostSeconds}
        value={Math.min(last.seconds, now.mostSeconds)}
        aria-label="Time of the soak"
      />
      <dl class="facts">
        <Fact name="canary failed">{failures(last.canary)}</Fact>
        <Fact name="previous failed">{failures(last.previous)}</Fact>
        {last.measures.map((measure) => (
          <Fact key={measure.name} name={measure.name}>
            canary {failures(measure.canary)}, previous {failures(measure.previous)}
            {measure.isHarm ? ": harm" : measure.isKnown ? "" : ": not enough yet"}
          </Fact>
        ))}
        {last.restarts && (
          <Fact name="restarts">
            canary {last.restarts.canary.restarts}, previous {last.restarts.previous.restarts}
          </Fact>
        )}
        {last.unread && <Fact name="last look">could not be taken: {last.unread}</Fact>}
      </dl>
    </>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: preact.ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function EvidenceChart({ now }: { readonly now: PageSoak }) {
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

/** Nothing is judged now: what was found at this stage, where it was. */
function Verdict() {
  const verdict = live.value?.verdict;
  if (!verdict) return <p class="none">Nothing is judged now.</p>;
  return (
    <>
      <p class="sentence">{VERDICTS[verdict.decision]}</p>
      <dl class="facts">
        <Fact name="canary failed">{failures(verdict.canary)}</Fact>
        <Fact name="previous failed">{failures(verdict.previous)}</Fact>
        <Fact name="looks">{verdict.looks}</Fact>
        <Fact name="evidence of harm">
          {evidence(verdict.evidence)}: chance alone reaches it once in so many soaks
        </Fact>
      </dl>
    </>
  );
}

const VERDICTS = {
  harm: "The canary was found to do harm at this stage.",
  fine: "The canary was found fine at this stage.",
  "go on": "Nothing could be said of the canary at this stage; it is held.",
} as const;
