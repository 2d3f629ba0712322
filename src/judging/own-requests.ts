import type { Counts } from "../gate/look.ts";
import type { PerTrack } from "../model/traffic.ts";
import { probe, type Target } from "../verification/probe.ts";

/** Requests that the command sent itself so far. */
export interface OwnCounts {
  readonly sent: number;
  /** Those without an answer of a known version: nobody but the edge knows which of them failed them. */
  readonly failed: number;
  /** Why the last of them failed. */
  readonly failure: string | undefined;
  /** Those that each version answered well. */
  readonly answered: PerTrack<number>;
}

export interface OwnRequests {
  readonly counts: () => OwnCounts;
  /** Sends no more, and gives up what is under way. */
  readonly stop: () => void;
}

/** A canary that hangs would else collect requests for as long as it hangs. */
const MOST_UNDER_WAY = 64;

/**
 * Sends requests to the edge, as a client would: each on a connection of its own, so that the edge chooses a pod anew.
 * @param perSecond requests a second
 */
export function sendOwn(
  target: Target,
  {
    release,
    perSecond,
    signal,
  }: { readonly release: PerTrack<string>; readonly perSecond: number; readonly signal: AbortSignal },
): OwnRequests {
  const stopping = new AbortController();
  const ended = AbortSignal.any([signal, stopping.signal]);
  const answered = { previous: 0, canary: 0 };
  let [sent, failed, underWay] = [0, 0, 0];
  let failure: string | undefined;
  const send = async (): Promise<void> => {
    if (underWay >= MOST_UNDER_WAY || ended.aborted) return;
    sent++;
    underWay++;
    const result = await probe(target, ended);
    underWay--;
    if ("version" in result) answered[result.version === release.canary ? "canary" : "previous"]++;
    else if (ended.aborted)
      sent--; // It was given up, and says nothing.
    else {
      failed++;
      failure = result.failure;
    }
  };
  const timer = setInterval(() => void send(), 1000 / perSecond);
  ended.addEventListener("abort", () => clearInterval(timer), { once: true });
  return {
    counts: () => ({ sent, failed, failure, answered: { ...answered } }),
    stop: () => stopping.abort(),
  };
}

/**
 * Users' requests of a version: all that were counted, without those of the command's own that it answered well. One of its
 * own that failed stays among them: that it failed is known, and of which version only to who counts.
 */
export const usersOf = ({ requests, failed }: Counts, own: number): Counts => ({
  requests: Math.max(failed, requests - own),
  failed,
});
