import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { setTimeout } from "node:timers/promises";
import { WebSocket } from "ws";

/** How a long request ended. */
export interface Ended {
  /** Undefined when it came to its proper end. */
  readonly failure: string | undefined;
  /** Milliseconds since 1970. */
  readonly began: number;
  readonly at: number;
}

/** A request that takes so many seconds, against the local environment's test application. */
export type LongRequest = (url: string, seconds: number) => Promise<Ended>;

const EVENTS_PER_SECOND = 10;
const PIECES_PER_SECOND = 4;
/** RFC 6455, section 7.4.1. */
const CLOSED_AS_AGREED = 1000;

/** An answer that begins after the time. */
export const slowAnswer: LongRequest = (url, seconds) =>
  timed(async () => {
    const text = await get(`${url}/slow?seconds=${seconds}`);
    if (text !== `after ${seconds} seconds\n`) throw new Error(`answered ${JSON.stringify(text)}`);
  });

/** A stream of server-sent events over the time, complete when the last one is there. */
export const eventStream: LongRequest = (url, seconds) =>
  timed(async () => {
    const count = seconds * EVENTS_PER_SECOND;
    const text = await get(`${url}/events?count=${count}`);
    if (!text.endsWith(`data: ${count}\n\n`)) throw new Error(`ended at ${JSON.stringify(text.slice(-20))}`);
  });

/** A body that arrives in pieces over the time. */
export const slowUpload: LongRequest = (url, seconds) =>
  timed(async () => {
    const pieces = seconds * PIECES_PER_SECOND;
    const sent = request(`${url}/upload`, { method: "POST", agent: false });
    const answer = textOf(sent);
    // A cut shows in the answer, and has to be listened for from the beginning.
    const cut = answer.then(() => undefined);
    for (let piece = 0; piece < pieces; piece++) {
      sent.write(Buffer.alloc(1000));
      await Promise.race([setTimeout(1000 / PIECES_PER_SECOND), cut]);
    }
    sent.end();
    const text = await answer;
    if (text !== `${pieces * 1000}\n`) throw new Error(`answered ${JSON.stringify(text)}`);
  });

/** A WebSocket that echoes over the time and is then closed by us. */
export const webSocket: LongRequest = (url, seconds) =>
  timed(async () => {
    const socket = new WebSocket(`${url.replace(/^http/, "ws")}/websocket`, { perMessageDeflate: false });
    await once(socket, "open");
    await echoes(socket, seconds).finally(() => socket.terminate());
  });

async function echoes(socket: WebSocket, seconds: number): Promise<void> {
  // An error is followed by the close, which tells more.
  socket.on("error", () => undefined);
  const closed = once(socket, "close").then(([code]) => `closed with ${code}`);
  for (let echoed = 0; echoed < seconds * PIECES_PER_SECOND; echoed++) {
    const reply = Promise.race([closed, once(socket, "message").then(([data]) => String(data))]);
    socket.send(`echo ${echoed}`);
    const text = await reply;
    if (text !== `echo ${echoed}`) throw new Error(text);
    await Promise.race([setTimeout(1000 / PIECES_PER_SECOND), closed]);
  }
  socket.close(CLOSED_AS_AGREED);
  const end = await closed;
  if (end !== `closed with ${CLOSED_AS_AGREED}`) throw new Error(end);
}

export const LONG_REQUESTS: Readonly<Record<string, LongRequest>> = {
  "slow answer": slowAnswer,
  "event stream": eventStream,
  upload: slowUpload,
  WebSocket: webSocket,
};

async function timed(work: () => Promise<void>): Promise<Ended> {
  const began = Date.now();
  const failure = await work().then(
    () => undefined,
    (error: NodeJS.ErrnoException) => error.code ?? error.message,
  );
  return { failure, began, at: Date.now() };
}

function get(url: string): Promise<string> {
  const sent = request(url, { agent: false });
  const text = textOf(sent);
  sent.end();
  return text;
}

function textOf(sent: ReturnType<typeof request>): Promise<string> {
  return new Promise((resolve, reject) => {
    sent.on("error", reject);
    sent.on("response", (answer: IncomingMessage) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.on("error", reject);
      answer.on("end", () => {
        if (answer.statusCode === 200 && answer.complete) resolve(Buffer.concat(chunks).toString());
        else reject(new Error(`status ${answer.statusCode}, ${answer.complete ? "" : "in"}complete`));
      });
    });
  });
}
