import type { HistoryEntry } from "../../model/history.ts";
import type { SharePoint } from "../contract.ts";

/** So many are kept: by one every two seconds, the last five hours as they were and what was before more coarsely. */
export const MOST_POINTS = 10_000;

/**
 * A chart with one more point. When it is full, its older half is thinned out: of two points on end one stays, with the
 * requests of both, so that no failure is lost.
 */
export function withPoint(
  points: readonly SharePoint[],
  point: SharePoint,
  most = MOST_POINTS,
): readonly SharePoint[] {
  if (points.length < most) return [...points, point];
  const half = Math.ceil(points.length / 2);
  return [...thinned(points.slice(0, half)), ...points.slice(half), point];
}

function thinned(points: readonly SharePoint[]): SharePoint[] {
  return points.flatMap((point, at) => {
    const before = points[at - 1];
    if (at % 2 === 0) return at === points.length - 1 ? [point] : [];
    return [before ? together(before, point) : point];
  });
}

const together = (before: SharePoint, point: SharePoint): SharePoint => ({
  ...point,
  previous: sum(before.previous, point.previous),
  canary: sum(before.canary, point.canary),
});

type Counts = SharePoint["canary"];

const sum = (one: Counts, other: Counts): Counts =>
  one && other
    ? { requests: one.requests + other.requests, failed: one.failed + other.failed }
    : (one ?? other);

/** What the history tells of the shares before anybody looked: each move from its beginning to its end. Oldest first. */
export function pointsOf(history: readonly HistoryEntry[]): SharePoint[] {
  const moves = history.filter(({ result }) => result === "done" || result === "does not fit").toReversed();
  return moves.flatMap((move, at) => {
    const before = moves[at - 1];
    const end = new Date(new Date(move.time).getTime() + move.seconds * 1000).toISOString();
    return [...(before ? [pointAt(move.time, before)] : []), pointAt(end, move)];
  });
}

const pointAt = (time: string, { effective, release }: HistoryEntry): SharePoint => ({
  time,
  effective,
  applied: null,
  versions: { ...release },
  previous: null,
  canary: null,
});
