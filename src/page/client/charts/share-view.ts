import { computed, signal } from "@preact/signals";
import { nearest, type ShareColumns, shareColumns, totals, versionSpans } from "../model/columns.ts";
import { points, pointsSeen } from "../state.ts";

/** How much of the time is shown, in seconds. */
export const SPANS = [
  ["15 min", 900],
  ["1 h", 3600],
  ["all", Number.POSITIVE_INFINITY],
] as const;

export const span = signal<number>(Number.POSITIVE_INFINITY);
/** A part that the viewer drew with the mouse; it stands still while time goes on. */
export const zoom = signal<readonly [number, number] | undefined>(undefined);
/** The time that the viewer points at, seconds since 1970. */
export const pointed = signal<number | undefined>(undefined);

/** More often nobody sees it, and a long chart takes a while to draw. */
const DRAW_MS = 250;

const drawn = signal(0);
let isWaiting = false;

pointsSeen.subscribe(() => {
  if (isWaiting) return;
  isWaiting = true;
  const draw = () => {
    isWaiting = false;
    drawn.value++;
  };
  setTimeout(draw, drawn.peek() === 0 ? 0 : DRAW_MS);
});

export const columns = computed<ShareColumns>(() => {
  drawn.value;
  return shareColumns(points);
});

export const versions = computed(() => {
  columns.value;
  return versionSpans(points);
});

export const counted = computed(() => {
  columns.value;
  return totals(points);
});

export const range = computed<readonly [number, number] | undefined>(() => {
  const { time } = columns.value;
  const first = time[0];
  const last = time.at(-1);
  if (zoom.value || first === undefined || last === undefined) return zoom.value;
  return [Math.max(first, last - span.value), last];
});

/** The point that is told in words: the one pointed at, else the last. */
export const told = computed(() => {
  const { time } = columns.value;
  const at = pointed.value === undefined ? time.length - 1 : nearest(time, pointed.value);
  const point = points[at];
  return point && { at, point };
});

/** Points at the next or an earlier one, for whoever has no mouse. */
export function pointBy(steps: number): void {
  const { time } = columns.value;
  const from = told.value?.at ?? time.length - 1;
  pointed.value = time[Math.max(0, Math.min(time.length - 1, from + steps))];
}
