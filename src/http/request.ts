import type { ClientRequest, IncomingMessage } from "node:http";
import { request as httpsRequest, type RequestOptions } from "node:https";
import type { TLSSocket } from "node:tls";
import { type Connection, certificateProblem, expectedName } from "./connection.ts";

/** Not imported: Node then also loads its WebSocket and fetch, which takes longer than all of HTTP. */
const { request: httpRequest } = process.getBuiltinModule("node:http");

/** A request, and how far one goes for its answer. */
export interface HttpRequest {
  /** `GET` without it. */
  readonly method?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | undefined;
  readonly connection?: Connection | undefined;
  /** Milliseconds from the call to the answer's last byte, redirects included. 10 seconds without it. */
  readonly timeoutMs?: number | undefined;
  /** So many redirects of a read are followed; none without it, the redirect is the answer. */
  readonly redirects?: number | undefined;
  /** The longest answer that is taken, in bytes; 32 MiB without it. */
  readonly mostBytes?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** An answer of any status. */
export interface HttpAnswer {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: IncomingMessage["headers"];
  readonly text: string;
}

export const DEFAULT_TIMEOUT_MS = 10_000;

const MEBIBYTE = 1024 * 1024;
/** A list of some thousand pods has room in it. */
const MOST_BYTES = 32 * MEBIBYTE;
/** For an answer that says little: of a webhook, of a token service. */
export const SHORT_ANSWER = MEBIBYTE;

const READS: readonly string[] = ["GET", "HEAD"];
const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];

/**
 * One request by HTTP or HTTPS, the whole answer in memory. It is sent once; only a read is sent again, when it met a
 * kept connection that the server had closed.
 * @throws Error with the reason where no whole answer came: the host is unknown, the certificate is another one's, …
 */
export async function request(url: URL, options: HttpRequest = {}): Promise<HttpAnswer> {
  const { method = "GET", timeoutMs = DEFAULT_TIMEOUT_MS, redirects = 0 } = options;
  const end = performance.now() + timeoutMs;
  let sent: Sent = { ...options, method, timeoutMs };
  let target = url;
  for (let followed = 0; ; followed++) {
    const answer = await sendUntilTaken(target, sent, end);
    const location = REDIRECTS.includes(answer.status) ? answer.headers.location : undefined;
    if (redirects === 0 || location === undefined || !READS.includes(method)) return answer;
    if (followed === redirects) throw new Error(`${target.href} redirects more than ${redirects} times`);
    const next = redirected(target, location);
    if (next.origin !== target.origin) sent = forAnotherServer(sent);
    target = next;
  }
}

/** @throws Error for an address that a redirect may not lead to */
function redirected(from: URL, location: string): URL {
  const to = new URL(location, from);
  if (from.protocol === "https:" && to.protocol !== "https:") {
    throw new Error(`${from.href} redirects to ${to.href}, without TLS`);
  }
  if (to.username !== "" || to.password !== "") {
    throw new Error(`${from.href} redirects to an address with a password in it`);
  }
  return to;
}

/** A request with what it goes without where nothing is said. */
export type Sent = HttpRequest & { readonly method: string; readonly timeoutMs: number };

/** Without what is for one server alone: credentials, and the way to it. */
function forAnotherServer({ headers = {}, connection: _, ...sent }: Sent): Sent {
  const ofOneServer = ["authorization", "cookie", "host"];
  const kept = Object.entries(headers).filter(([name]) => !ofOneServer.includes(name.toLowerCase()));
  return { ...sent, headers: Object.fromEntries(kept) };
}

async function sendUntilTaken(url: URL, options: Sent, end: number): Promise<HttpAnswer> {
  for (;;) {
    const sent = start(url, options);
    try {
      return await answerTo(sent, options, end);
    } catch (error) {
      if (!isStale(sent, error) || !READS.includes(options.method)) throw error;
    }
  }
}

/** Whether a kept connection turned out to be closed. Each such one is gone after that, so that this comes to an end. */
function isStale(sent: ClientRequest, error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return sent.reusedSocket && (code === "ECONNRESET" || code === "EPIPE");
}

/** Sends a request. What comes of it, its failure as well, is for whoever listens to it. */
export function start(url: URL, { method, headers, body, connection = {}, signal }: Sent): ClientRequest {
  const { address, kept, agent, acceptSelfSigned, ...tls } = connection;
  const options: RequestOptions = {
    ...(address && { ...expectedName(url.hostname), hostname: address.host, port: address.port }),
    ...tls,
    ...(acceptSelfSigned && { rejectUnauthorized: false }),
    ...(signal && { signal }),
    agent: (READS.includes(method) ? kept : undefined) ?? agent ?? false,
    method,
    headers: { ...(address && { Host: url.host }), ...headers },
  };
  const sent = url.protocol === "https:" ? httpsRequest(url, options) : httpRequest(url, options);
  if (acceptSelfSigned) {
    sent.on("socket", (socket) => {
      socket.once("secureConnect", () => {
        const problem = certificateProblem(socket as TLSSocket, options.servername ?? url.hostname);
        if (problem) sent.destroy(problem);
      });
    });
  }
  sent.end(body);
  return sent;
}

/** Destroys the request when the answer takes too long, is too long, or breaks off. */
function answerTo(
  sent: ClientRequest,
  { timeoutMs, mostBytes = MOST_BYTES }: Sent,
  end: number,
): Promise<HttpAnswer> {
  return new Promise<HttpAnswer>((resolve, reject) => {
    const fail = (error: Error) => {
      clearTimeout(timer);
      reject(error);
      sent.destroy();
    };
    const late = () => fail(new Error(`no answer within ${timeoutMs / 1000} s`));
    const timer = setTimeout(late, Math.max(0, end - performance.now()));
    sent.on("error", fail);
    sent.on("response", (answer) => {
      const chunks: Buffer[] = [];
      let length = 0;
      answer.on("error", fail);
      answer.on("data", (chunk: Buffer) => {
        chunks.push(chunk);
        length += chunk.length;
        if (length > mostBytes) fail(new Error(`an answer of more than ${mostBytes / MEBIBYTE} MiB`));
      });
      answer.on("end", () => {
        clearTimeout(timer);
        const text = Buffer.concat(chunks).toString();
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text });
      });
    });
  });
}
