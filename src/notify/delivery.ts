import { setTimeout as delay } from "node:timers/promises";
import { request, SHORT_ANSWER } from "../http/request.ts";
import type { Message } from "./message.ts";

export interface DeliveryOptions {
  /** Milliseconds before each further attempt: so many are made besides the first. */
  readonly pausesMs: readonly number[];
  /** Of one attempt. */
  readonly timeoutMs: number;
  /** Ends all of it. */
  readonly signal: AbortSignal;
}

export const DELIVERY: Omit<DeliveryOptions, "signal"> = { pausesMs: [500, 2_000, 5_000], timeoutMs: 5_000 };

/** No longer than this is waited because a server asks for it. */
const MOST_PAUSE_MS = 10_000;

/** Answers after which the same message may be taken: too many of them, or a server that is not well. */
const isPassing = (status: number): boolean => status === 408 || status === 429 || status >= 500;

/**
 * Sends a message, and again while the server is away or unwell. Redirects are not followed: the message was not meant for
 * whoever is there.
 * @param url the address, which no message may show
 * @throws Error with the reason of the last attempt, without the address
 */
export async function deliver(url: URL, message: Message, options: DeliveryOptions): Promise<void> {
  const { pausesMs, timeoutMs, signal } = options;
  let reason = "";
  for (const pause of [...pausesMs, undefined]) {
    const { problem, retryAfterMs } = await attempt(url, message, timeoutMs, signal);
    if (problem === undefined) return;
    reason = problem;
    if (retryAfterMs === undefined || pause === undefined || signal.aborted) break;
    await delay(Math.min(Math.max(pause, retryAfterMs), MOST_PAUSE_MS), undefined, { signal }).catch(
      () => undefined,
    );
    if (signal.aborted) break;
  }
  throw new Error(reason);
}

interface Attempt {
  /** Undefined where it was taken. */
  readonly problem?: string;
  /** How long the server wants to be left alone; undefined where another attempt is of no use. */
  readonly retryAfterMs?: number;
}

async function attempt(
  url: URL,
  { headers, body }: Message,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Attempt> {
  try {
    const { status, headers: answered } = await request(url, {
      method: "POST",
      headers,
      body,
      timeoutMs,
      mostBytes: SHORT_ANSWER,
      signal,
    });
    if (status >= 200 && status < 300) return {};
    if (!isPassing(status)) return { problem: refusalText(status) };
    const seconds = Number(answered["retry-after"] ?? 0);
    return { problem: `it answers ${status}`, retryAfterMs: Number.isFinite(seconds) ? seconds * 1000 : 0 };
  } catch (error) {
    if (signal.aborted) return { problem: "the time was over" };
    return { problem: (error as Error).message, retryAfterMs: 0 };
  }
}

const refusalText = (status: number): string =>
  status >= 300 && status < 400
    ? `it answers ${status}, a redirect, which is not followed`
    : `it answers ${status}`;
