import { useMemo } from "preact/hooks";
import { failures } from "../model/numbers.ts";
import { Panel } from "../parts/panel.tsx";
import { history, zone } from "../state.ts";
import { Plot } from "./plot.tsx";
import { failedOptions, type ShareDrawing, shareOptions } from "./share-options.ts";
import { columns, counted, pointed, range, SPANS, span, versions, zoom } from "./share-view.ts";
import { Slider, toldText } from "./slider.tsx";

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
