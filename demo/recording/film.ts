import { isDeepStrictEqual } from "node:util";
import { type Line, Screen } from "./screen.ts";
import type { Chunk } from "./terminal.ts";

/** A command and what it showed. */
export interface Scene {
  readonly command: string;
  readonly chunks: readonly Chunk[];
  /** How long its end stays, in milliseconds. */
  readonly holdMs: number;
}

/** A line that stands in a row for a time, in milliseconds from the film's start. */
export interface Shot {
  readonly row: number;
  readonly line: Line;
  readonly from: number;
  readonly to: number;
}

export interface Film {
  readonly columns: number;
  readonly rows: number;
  readonly durationMs: number;
  readonly shots: readonly Shot[];
  /** When each scene is complete. */
  readonly endsAt: readonly number[];
}

const PROMPT = "\u001b[32m$\u001b[0m ";
const KEY_MS = 60;
const BEFORE_ENTER_MS = 500;
/** Changes within such a time are shown together: a spinner turns more often than needs to be kept. */
const FRAME_MS = 200;

/** Puts scenes one after another, each on a screen of its own: its command is typed, and answers in its own time. */
export function filmOf(scenes: readonly Scene[], columns: number): Film {
  const shots: Shot[] = [];
  const endsAt: number[] = [];
  let durationMs = 0;
  for (const scene of scenes) {
    const { frames, end } = framesOf(scene, columns, durationMs);
    shots.push(...shotsOf(frames, end + scene.holdMs));
    endsAt.push(end);
    durationMs = end + scene.holdMs;
  }
  const rows = Math.max(0, ...shots.map(({ row }) => row + 1));
  return { columns, rows, durationMs, shots, endsAt };
}

interface Frame {
  readonly at: number;
  readonly lines: readonly Line[];
}

function framesOf(
  { command, chunks }: Scene,
  columns: number,
  start: number,
): { readonly frames: readonly Frame[]; readonly end: number } {
  const screen = new Screen(columns);
  const frames: Frame[] = [];
  const keep = (at: number) => frames.push({ at, lines: screen.lines() });
  screen.write(PROMPT);
  keep(start);
  for (const [index, key] of [...command].entries()) {
    screen.write(key);
    keep(start + (index + 1) * KEY_MS);
  }
  const entered = start + command.length * KEY_MS + BEFORE_ENTER_MS;
  screen.write("\r\n");
  for (const [index, { at, text }] of chunks.entries()) {
    screen.write(text);
    const next = chunks[index + 1];
    if (!next || frameAt(next.at) > frameAt(at)) keep(entered + frameAt(at) * FRAME_MS);
  }
  return { frames, end: frames.at(-1)?.at ?? start };
}

const frameAt = (at: number): number => Math.ceil(at / FRAME_MS);

/** What stays the same from frame to frame is one shot. */
function shotsOf(frames: readonly Frame[], end: number): Shot[] {
  const shots: Shot[] = [];
  const open = new Map<number, { readonly line: Line; readonly from: number }>();
  const close = (row: number, to: number) => {
    const shot = open.get(row);
    open.delete(row);
    if (shot && shot.line.length > 0 && to > shot.from) shots.push({ row, ...shot, to });
  };
  for (const { at, lines } of frames) {
    const rows = Math.max(lines.length, ...[...open.keys()].map((row) => row + 1));
    for (let row = 0; row < rows; row++) {
      const line = lines[row] ?? [];
      const shown = open.get(row);
      if (shown && isDeepStrictEqual(shown.line, line)) continue;
      close(row, at);
      open.set(row, { line, from: at });
    }
  }
  for (const row of [...open.keys()]) close(row, end);
  return shots;
}
