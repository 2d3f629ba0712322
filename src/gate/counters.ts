import type { Look } from "./look.ts";

/** Requests that one server of the data plane has had since it began, and how many of them failed. */
export interface ServerCounters {
  readonly track: "canary" | "previous";
  readonly requests: number;
  readonly failed: number;
  /** Moving average of its response times, in milliseconds, where the data plane has one (`latency.ts`). */
  readonly averageMs?: number | undefined;
  /** Requests that wait for it at this moment: one that hangs has failed only once it was given up. */
  readonly waiting?: number | undefined;
  /** Requests that it did not take and another server got: they failed nobody. */
  readonly redispatched?: number | undefined;
}

/** All servers by a name that is theirs alone, at one time. */
export type Reading = Readonly<Record<string, ServerCounters>>;

/** Requests of each version that wait for an answer. */
export type Waiting = Readonly<Record<ServerCounters["track"], number>>;

/** How many wait at the time of a reading. */
export function waitingIn(reading: Reading): Waiting {
  const of = (track: ServerCounters["track"]) =>
    Object.values(reading)
      .filter((server) => server.track === track)
      .reduce((total, { waiting = 0 }) => total + waiting, 0);
  return { canary: of("canary"), previous: of("previous") };
}

/** What happened between two readings. */
export interface Change {
  readonly look: Look;
  /** Servers whose counters fell: they began anew meanwhile, and what they had is not known. */
  readonly reset: readonly string[];
}

/**
 * What both versions served between two readings. A server that is new is left out of this look, and so is one whose
 * counters fell (a reload, a pod of the same name): what it had before is not known, and a guess would be evidence.
 */
export function changeBetween(before: Reading, after: Reading): Change {
  const known = Object.entries(after).flatMap(([name, now]) => {
    const earlier = before[name];
    return earlier ? [{ name, earlier, now }] : [];
  });
  const hasReset = ({ earlier, now }: (typeof known)[number]): boolean =>
    now.requests < earlier.requests || now.failed < earlier.failed;
  const counted = known.filter((server) => !hasReset(server));
  const of = (track: ServerCounters["track"]) => {
    const servers = counted.filter(({ now }) => now.track === track);
    const sum = (part: "requests" | "failed") =>
      servers.reduce((total, { earlier, now }) => total + now[part] - earlier[part], 0);
    const requests = sum("requests");
    // A failure may be counted a moment before its request is.
    return { requests, failed: Math.min(sum("failed"), requests) };
  };
  return {
    look: { canary: of("canary"), previous: of("previous") },
    reset: known.filter(hasReset).map(({ name }) => name),
  };
}
