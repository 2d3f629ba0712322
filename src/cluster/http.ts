import type { IncomingMessage } from "node:http";
import { type RequestOptions, request as send } from "node:https";
import { UserError } from "../errors.ts";

export interface RequestBody {
  readonly type: "application/json" | "application/merge-patch+json" | "application/apply-patch+yaml";
  readonly content: unknown;
}

/** An answer of the API server that is no success. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export interface Answer<T> {
  readonly content: T;
  /** The server's clock when it answered (RFC 9110, field Date; whole seconds); undefined when it does not say. */
  readonly date: Date | undefined;
}

export const REQUEST_TIMEOUT_MS = 10_000;

/**
 * One request to an API server.
 * @throws ApiError for any answer that is not 2xx, UserError when the server cannot be reached
 */
export function exchange<T>(url: URL, options: RequestOptions, body?: RequestBody): Promise<Answer<T>> {
  return new Promise((resolve, reject) => {
    const unreachable = (error: Error) =>
      reject(
        new UserError(
          `the cluster at ${url.origin} cannot be reached: ${error.message}`,
          "Check that the cluster runs, that its address is right and that this machine may connect to it.",
        ),
      );
    const request = send(url, options, (response) => {
      readAnswer<T>(response).then(resolve, (error) =>
        error instanceof ApiError ? reject(error) : unreachable(error),
      );
    });
    request.on("timeout", () =>
      request.destroy(new Error(`no answer within ${REQUEST_TIMEOUT_MS / 1000} s`)),
    );
    request.on("error", (error: NodeJS.ErrnoException) => {
      // The server may close a kept connection in the moment in which it is used again: it has read nothing then.
      const stale = request.reusedSocket && error.code === "ECONNRESET";
      if (stale) exchange<T>(url, options, body).then(resolve, reject);
      else unreachable(error);
    });
    if (body) request.setHeader("Content-Type", body.type);
    request.end(body && JSON.stringify(body.content));
  });
}

async function readAnswer<T>(response: IncomingMessage): Promise<Answer<T>> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  const status = response.statusCode ?? 0;
  if (status < 200 || status >= 300) {
    throw new ApiError(status, messageOf(text) || `the API server answered ${status}`);
  }
  const { date } = response.headers;
  return { content: JSON.parse(text) as T, date: date === undefined ? undefined : new Date(date) };
}

function messageOf(text: string): string {
  try {
    return String((JSON.parse(text) as { message?: unknown }).message ?? text);
  } catch {
    return text.slice(0, 300);
  }
}
