import { randomBytes } from "node:crypto";
import { type IncomingMessage, request } from "node:http";
import type { Socket } from "node:net";
import { setTimeout } from "node:timers/promises";

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
    const socket = await upgrade(`${url}/websocket`);
    for (let echoed = 0; echoed < seconds * PIECES_PER_SECOND; echoed++) {
      const reply = nextBytes(socket);
      socket.write(maskedFrame(TEXT, `echo ${echoed}`));
      const text = (await reply).subarray(2).toString();
      if (text !== `echo ${echoed}`) throw new Error(`echoed ${JSON.stringify(text)}`);
      await setTimeout(1000 / PIECES_PER_SECOND);
    }
    socket.end(maskedFrame(CLOSE, ""));
  });

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

/** Opcodes of RFC 6455, section 5.2. */
const TEXT = 0x1;
const CLOSE = 0x8;
const FINAL = 0x80;
const MASKED = 0x80;

/** One frame of a client: at most 125 bytes, so that its length is one byte. */
function maskedFrame(opcode: number, text: string): Buffer {
  const payload = Buffer.from(text);
  const mask = randomBytes(4);
  const masked = payload.map((byte, index) => byte ^ (mask[index % 4] ?? 0));
  return Buffer.concat([Buffer.from([FINAL | opcode, MASKED | payload.length]), mask, masked]);
}

function upgrade(url: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const headers = {
      Connection: "Upgrade",
      Upgrade: "websocket",
      "Sec-WebSocket-Version": "13",
      "Sec-WebSocket-Key": randomBytes(16).toString("base64"),
    };
    const sent = request(url, { agent: false, headers });
    sent.on("error", reject);
    sent.on("response", ({ statusCode }) => reject(new Error(`status ${statusCode} instead of an upgrade`)));
    sent.on("upgrade", (_answer, socket: Socket) => resolve(socket));
    sent.end();
  });
}

function nextBytes(socket: Socket): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const onData = (bytes: Buffer) => settle(() => resolve(bytes));
    const onEnd = () => settle(() => reject(new Error("the socket was closed")));
    const settle = (done: () => void) => {
      socket.off("data", onData).off("close", onEnd).off("error", onEnd).off("end", onEnd);
      done();
    };
    socket.on("data", onData).on("close", onEnd).on("error", onEnd).on("end", onEnd);
    if (socket.destroyed) onEnd();
  });
}
