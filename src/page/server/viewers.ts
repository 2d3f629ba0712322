import type { ServerResponse } from "node:http";
import type { PageStore } from "./store.ts";

/** With more, the oldest connection would rather be somebody's mistake. */
export const MOST_VIEWERS = 50;
/** The browser takes 45 s of silence for a lost connection. */
const HEARTBEAT_MS = 15_000;
/** So much waits for a viewer who reads slowly: two states of a large application. Then nothing more is written to it. */
const MOST_WAITING_BYTES = 4 * 1024 * 1024;
/** Whoever has read nothing of that for so long is gone, or asleep: it connects again by itself. */
const PATIENCE_MS = 30_000;
/** A dead peer is noticed after this time without a byte and ten probes, one a second. */
const KEEP_ALIVE_MS = 30_000;
const NOTHING = JSON.stringify({ event: "changed", changed: {} });

/** Those who look: server-sent events to each, and a bounded memory for whoever reads slowly. */
export class Viewers {
  readonly #store: PageStore;
  readonly #connections = new Set<ServerResponse>();
  /** Told whenever somebody comes while nobody looked. */
  onFirst: () => void = () => undefined;

  constructor(store: PageStore) {
    this.#store = store;
  }

  get count(): number {
    return this.#connections.size;
  }

  /** @returns false where there are too many already */
  add(response: ServerResponse): boolean {
    if (this.count >= MOST_VIEWERS) return false;
    response.writeHead(200, { "Content-Type": "text/event-stream", "X-Accel-Buffering": "no" });
    response.socket?.setKeepAlive(true, KEEP_ALIVE_MS);
    this.#connections.add(response);
    const viewer = new Viewer(response, () => this.#store.whole());
    const heartbeat = setInterval(() => viewer.tell(NOTHING), HEARTBEAT_MS).unref();
    const leave = this.#store.listen((json) => viewer.tell(json));
    response.once("close", () => {
      clearInterval(heartbeat);
      leave();
      viewer.end();
      this.#connections.delete(response);
    });
    viewer.tell(this.#store.whole());
    if (this.count === 1) this.onFirst();
    return true;
  }

  /** Ends every connection. */
  end(): void {
    for (const response of this.#connections) response.end();
  }
}

/** One connection: while it is full nothing is written, and once it has room again it gets the whole state. */
class Viewer {
  readonly #response: ServerResponse;
  readonly #whole: () => string;
  #isFull = false;
  #hasMissed = false;
  #patience: NodeJS.Timeout | undefined;

  constructor(response: ServerResponse, whole: () => string) {
    this.#response = response;
    this.#whole = whole;
    response.on("drain", () => this.#drained());
    response.on("error", () => response.destroy());
  }

  tell(json: string): void {
    if (this.#isFull) {
      this.#hasMissed = true;
      return;
    }
    this.#response.write(`data: ${json}\n\n`);
    this.#isFull = this.#response.writableLength > MOST_WAITING_BYTES;
    if (this.#isFull) this.#patience = setTimeout(() => this.#response.destroy(), PATIENCE_MS).unref();
  }

  end(): void {
    clearTimeout(this.#patience);
  }

  #drained(): void {
    this.end();
    this.#isFull = false;
    if (!this.#hasMissed) return;
    this.#hasMissed = false;
    this.tell(this.#whole());
  }
}
