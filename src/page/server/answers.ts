import type { IncomingMessage, ServerResponse } from "node:http";
import { SERVED_POLICY } from "../html.ts";

/** The longest body that is taken, in bytes: an action is a few words. */
const MOST_BODY = 16 * 1024;

/** On every answer: nothing of the page may be framed, kept, guessed at or sent along elsewhere. */
const HEADERS = {
  "Content-Security-Policy": SERVED_POLICY,
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
  "Referrer-Policy": "no-referrer",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Cache-Control": "no-store",
} as const;

export function setHeaders(response: ServerResponse): void {
  for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
}

/** Ends a response. Content types: text, HTML, scripts and styles, always UTF-8. */
export function answer(
  response: ServerResponse,
  status: number,
  body: string,
  type: "plain" | "html" | "javascript" | "css" = "plain",
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { ...headers, "Content-Type": `text/${type}; charset=utf-8` });
  response.end(body);
}

export function answerJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "Content-Type": "application/json" });
  response.end(JSON.stringify(body));
}

/** @returns the body as JSON, or the status that a request without such a body is answered with */
export async function jsonBody(
  request: IncomingMessage,
): Promise<{ readonly json: unknown } | { readonly status: 400 | 413 | 415 }> {
  if (request.headers["content-type"]?.split(";")[0] !== "application/json") return { status: 415 };
  const parts: Buffer[] = [];
  let length = 0;
  // What is too long is still to be answered: without this option the loop's end would end the connection.
  for await (const part of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > MOST_BODY) return { status: 413 };
    parts.push(part);
  }
  try {
    return { json: JSON.parse(Buffer.concat(parts).toString()) };
  } catch {
    return { status: 400 };
  }
}
