import type { HistoryEntry } from "./history.ts";
import { releaseText } from "./lifecycle.ts";

/** What happened to a release, as others are told of it. */
export interface ReleaseEvent {
  readonly kind: EventKind;
  /** RFC 3339. */
  readonly time: string;
  readonly who: string;
  /** `promotion`, `rollback`, `reapply`, `abort`, `judgement`, … */
  readonly move: string;
  readonly stage: string;
  readonly release: HistoryEntry["release"];
  /** Percent of the traffic for the canary. */
  readonly effective: number;
  /** How it ended; not at a beginning. */
  readonly result?: HistoryEntry["result"];
  readonly seconds?: number;
  readonly reason?: string;
  readonly verdict?: HistoryEntry["verdict"];
}

export type EventKind = "start" | "move" | "abort" | "verdict" | "failure";

/** The event of what was written down. */
export function eventOf(entry: HistoryEntry): ReleaseEvent {
  const { time, who, move, stage, release, effective, result, seconds, reason, verdict } = entry;
  return {
    kind: kindOf(entry),
    time,
    who,
    move,
    stage,
    release,
    effective,
    result,
    seconds,
    ...(reason !== undefined && { reason }),
    ...(verdict && { verdict }),
  };
}

function kindOf({ result, move }: HistoryEntry): EventKind {
  if (result === "judged") return "verdict";
  if (result !== "done") return "failure";
  return move === "abort" ? "abort" : "move";
}

/** Whose event it is. */
export interface EventSource {
  readonly app: string;
  readonly namespace: string;
}

/** CloudEvents 1.0, JSON format, structured mode: its specification, sections 2 and 3. */
export function cloudEvent(event: ReleaseEvent, { app, namespace }: EventSource, id: string) {
  const { kind, time, ...data } = event;
  return {
    specversion: "1.0",
    id,
    source: `/canary-stages/${namespace}/${app}`,
    type: `canary-stages.${kind}`,
    subject: event.stage,
    time,
    datacontenttype: "application/json",
    data: { app, namespace, ...data },
  };
}

/** A line for people. */
export function eventText(event: ReleaseEvent, { app, namespace }: EventSource): string {
  return `${app} in ${namespace}: ${sentenceOf(event)}`;
}

function sentenceOf({
  kind,
  stage,
  move,
  who,
  release,
  effective,
  result,
  reason,
  verdict,
}: ReleaseEvent): string {
  switch (kind) {
    case "start":
      return `${who} begins the ${move} ${stage} of ${releaseText(release)}`;
    case "move":
      return `${stage} is live, ${effective} % of the traffic for ${release.canary} (${move} by ${who})`;
    case "abort":
      return `the canary ${release.canary} is taken out by ${who}${reason ? `: ${reason}` : ""}`;
    case "verdict":
      return `${stage} is judged ${verdict?.decision ?? "go on"}: the canary ${reason ?? ""}`;
    case "failure":
      return `the ${move} ${stage} by ${who} ended as: ${result}${reason ? `: ${reason}` : ""}`;
  }
}
