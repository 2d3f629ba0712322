import type { IncomingMessage } from "node:http";
import { DEFAULT_TIMEOUT_MS, type HttpRequest, start } from "./request.ts";

/** An answer that goes on: its head, and its text as it comes. */
export interface HttpStream {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: IncomingMessage["headers"];
  /** Ends with the answer. @throws Error where the connection breaks before that, or the request's signal aborts */
  readonly text: AsyncIterable<string>;
}

/** A dead peer is noticed after this time without a byte and ten probes, one a second. */
const KEEP_ALIVE_MS = 5_000;

/**
 * One read whose answer may last: it is given when its head is there, and has no end in time after that.
 * @throws Error with the reason where no answer began
 */
export async function openStream(url: URL, options: Omit<HttpRequest, "redirects">): Promise<HttpStream> {
  const { method = "GET", timeoutMs = DEFAULT_TIMEOUT_MS } = options;
  const sent = start(url, { ...options, method, timeoutMs });
  sent.on("socket", (socket) => socket.setKeepAlive(true, KEEP_ALIVE_MS));
  const late = () => sent.destroy(new Error(`no answer within ${timeoutMs / 1000} s`));
  const timer = setTimeout(late, timeoutMs);
  try {
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      sent.on("response", resolve);
      sent.on("error", reject);
    });
    answer.setEncoding("utf8");
    return { status: answer.statusCode ?? 0, headers: answer.headers, text: answer };
  } finally {
    clearTimeout(timer);
  }
}
