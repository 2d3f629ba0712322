import { useMemo } from "preact/hooks";
import { count, failures, percent } from "../model/numbers.ts";
import { moment } from "../model/times.ts";
import { Panel } from "../parts/panel.tsx";
import { history, minute, zone } from "../state.ts";
import { Plot } from "./plot.tsx";
import { failedOptions, type ShareDrawing, shareOptions } from "./share-options.ts";
import {
  columns,
  counted,
  pointBy,
  pointed,
  range,
  SPANS,
  span,
  told,
  versions,
  zoom,
} from "./share-view.ts";

/** The share of each version over time with the moves, and failed requests beneath. */
export function ShareOverTime() {
  const { time } = columns.value;
  return (
    <Panel name="share" title="Share over time" aside={<SpanChoice />}>
      {time.length === 0 ? (
        <p class="none">
          Nothing is recorded yet. The chart begins with the first share that this page sees.
        </p>
      ) : (
        <ShareCharts />
      )}
    </Panel>
  );
}

const drawing: Omit<ShareDrawing, "zone"> = {
  moves: () => history.peek().filter(({ result }) => result !== "judged"),
  spans: () => versions.peek(),
  onPoint: (at) => {
    pointed.value = at;
  },
  onZoom: (part) => {
    zoom.value = part;
  },
};

function ShareCharts() {
  const { time, all, effective, applied, failed } = columns.value;
  const known = counted.value;
  const inZone = { ...drawing, zone: zone.value };
  const data = useMemo(() => [time, all, effective, applied] as AlignedColumns, [time]);
  const failedData = useMemo(() => [time, failed] as AlignedColumns, [time]);
  const version = `${zone.value} ${history.value[0]?.time} ${history.value.length}`;
  return (
    <figure class="share">
      <Readout />
      <Slider>
        <Plot
          name="share"
          options={(palette) => shareOptions(inZone, palette)}
          data={data}
          range={range.value}
          version={version}
        />
        {known && (
          <>
            <p class="under">Failed requests: {failures(known)}</p>
            <Plot
              name="failed"
              options={(palette) => failedOptions(inZone, palette)}
              data={failedData}
              range={range.value}
              version={version}
            />
          </>
        )}
      </Slider>
      {!known && (
        <p class="none">
          Failed requests are not counted: nobody said where the edge's statistics are (gate.stats, or
          --stats).
        </p>
      )}
    </figure>
  );
}

type AlignedColumns = [number[], ...(number | null)[][]];

/** Arrow keys go along the chart, and what is there is said. */
function Slider({ children }: { readonly children: preact.ComponentChildren }) {
  const { time } = columns.value;
  const onKeyDown = (event: KeyboardEvent) => {
    const steps = STEPS[event.key];
    if (steps === undefined) return;
    event.preventDefault();
    pointBy(steps * (event.shiftKey ? 10 : 1));
  };
  return (
    <div
      class="slider"
      role="slider"
      tabIndex={0}
      aria-label="Share over time: arrow keys go along it"
      aria-valuemin={0}
      aria-valuemax={time.length - 1}
      aria-valuenow={told.value?.at ?? 0}
      aria-valuetext={toldText()}
      onKeyDown={onKeyDown}
      onBlur={() => {
        pointed.value = undefined;
      }}
    >
      {children}
    </div>
  );
}

const STEPS: Readonly<Record<string, number>> = {
  ArrowLeft: -1,
  ArrowRight: 1,
  PageUp: -60,
  PageDown: 60,
  Home: Number.NEGATIVE_INFINITY,
  End: Number.POSITIVE_INFINITY,
};

/** The point that is told, in words. */
function toldText(): string {
  const point = told.value?.point;
  if (!point) return "nothing yet";
  const { time, effective, applied, versions: both, previous, canary } = point;
  const at = moment(new Date(time), zone.value, minute.value);
  const share =
    effective === null
      ? "nothing serves"
      : `canary ${both?.canary ?? ""} ${percent(effective)}, previous ${both?.previous ?? ""} ${percent(100 - effective)}`;
  const edge = applied === null ? "" : `, the edge applies ${percent(applied)}`;
  const requests = (previous?.requests ?? 0) + (canary?.requests ?? 0);
  const failed = (previous?.failed ?? 0) + (canary?.failed ?? 0);
  const counts =
    previous === null && canary === null ? "" : `, ${count(failed)} of ${count(requests)} requests failed`;
  return `${at}: ${share}${edge}${counts}`;
}

function Readout() {
  const { applied } = columns.value;
  return (
    <figcaption class="readout">
      <span class="key key-canary">canary</span>
      <span class="key key-previous">previous</span>
      {applied.some((share) => share !== null) && <span class="key key-applied">applied in the edge</span>}
      <span class="told">{toldText()}</span>
    </figcaption>
  );
}

/** How much of the time is shown. */
function SpanChoice() {
  return (
    <fieldset class="choice">
      <legend class="unseen">Time shown</legend>
      {SPANS.map(([name, seconds]) => (
        <label key={name}>
          <input
            type="radio"
            name="span"
            checked={!zoom.value && span.value === seconds}
            onChange={() => {
              zoom.value = undefined;
              span.value = seconds;
            }}
          />
          <span>{name}</span>
        </label>
      ))}
    </fieldset>
  );
}
