import type { PageEvent } from "../contract.ts";

/** Whom a connection tells what it hears, and that it broke. */
export interface Listener {
  readonly onText: (text: string) => void;
  readonly onError: () => void;
}

export interface ConnectionOptions {
  readonly open: (listener: Listener) => { close(): void };
  readonly onEvent: (event: PageEvent) => void;
  /** Told when the server does not answer, with the milliseconds until it is asked again. */
  readonly onAway: (retryMs: number) => void;
}

const RETRY_MS = [1000, 2000, 4000, 8000];
/** The server says something every 15 s. After so long without a word the connection is dead, even if nobody said so. */
const SILENCE_MS = 45_000;

/**
 * Follows the server's events, and opens the connection anew for as long as it takes. (The browser's own retries end for
 * good with the first answer that is an error, such as those of a server that is starting.)
 * @returns asks the server at once, for when the network is back
 */
export function follow({ open, onEvent, onAway }: ConnectionOptions): () => void {
  let source: { close(): void } | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;

  const after = (ms: number, work: () => void) => {
    clearTimeout(timer);
    timer = setTimeout(work, ms);
  };
  const connect = () => {
    source?.close();
    after(SILENCE_MS, connect);
    const opened = open({
      onText: (text) => {
        failures = 0;
        after(SILENCE_MS, connect);
        onEvent(JSON.parse(text) as PageEvent);
      },
      onError: () => {
        opened.close();
        const retryMs = RETRY_MS[Math.min(failures, RETRY_MS.length - 1)] ?? 8000;
        failures++;
        after(retryMs, connect);
        onAway(retryMs);
      },
    });
    source = opened;
  };
  connect();
  return connect;
}
