import type { ComponentChildren } from "preact";
import { count, percent } from "../model/numbers.ts";
import { moment } from "../model/times.ts";
import { minute, zone } from "../state.ts";
import { columns, pointBy, pointed, told } from "./share-view.ts";

/** Arrow keys go along the chart, and what is there is said. */
export function Slider({ children }: { readonly children: ComponentChildren }) {
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
export function toldText(): string {
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
