/** One request to the API server, as the raw JSON it speaks: a typed client would drop fields that it does not know. */
import * as http from "node:http";
import * as https from "node:https";
import { ClusterError, type Failure } from "./errors.ts";
import { at, type Json, type JsonObject, textAt } from "./json.ts";
import type { Access } from "./kubeconfig.ts";

/** client-node sets no timeout at all, and an API server that swallows packets would hang the engine for ever. */
const TIMEOUT_MS = 30_000;
const ERROR_TEXT_LENGTH = 500;

export interface Call {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: JsonObject;
  readonly contentType?: string;
  readonly timeoutMs?: number;
}

export interface Answer {
  readonly status: number;
  readonly body: Json;
}

/**
 * Sends calls to one cluster over kept connections.
 * @returns a function that throws ClusterError for every answer that is no success, "unreachable" when there is none
 */
export function sender(access: Access): (call: Call) => Promise<Answer> {
  let agent: https.RequestOptions["agent"];
  return async (call) => {
    const options = await access.requestOptions().catch((error: unknown) => {
      throw unreachable(`no credentials for ${access.server}`, error);
    });
    if (options.agent && typeof options.agent === "object") {
      agent ??= Object.assign(options.agent, { keepAlive: true });
    }
    const url = `${access.server}${call.path}${call.query ? `?${new URLSearchParams(call.query)}` : ""}`;
    const { status, text } = await exchange(url, { ...options, agent }, call);
    if (status >= 200 && status < 300) return { status, body: text ? JSON.parse(text) : undefined };
    throw refusal(status, text);
  };
}

interface Reply {
  readonly status: number;
  readonly text: string;
}

async function exchange(url: string, options: https.RequestOptions, call: Call): Promise<Reply> {
  const timeoutMs = call.timeoutMs ?? TIMEOUT_MS;
  try {
    return await send(url, { ...options, signal: AbortSignal.timeout(timeoutMs) }, call);
  } catch (error) {
    const timedOut = error instanceof Error && error.name === "AbortError";
    const why = timedOut ? new Error(`no answer in ${timeoutMs / 1000} s`) : error;
    throw unreachable(`${call.method} ${url.replace(/\?.*/, "")}`, why);
  }
}

function unreachable(what: string, error: unknown): ClusterError {
  const why = error instanceof Error ? error.message : String(error);
  return new ClusterError("unreachable", `configured Kubernetes cluster is unreachable: ${what}: ${why}`);
}

function send(url: string, options: https.RequestOptions, call: Call): Promise<Reply> {
  const body = call.body === undefined ? undefined : Buffer.from(JSON.stringify(call.body));
  const headers = authorised({ accept: "application/json" }, options);
  if (body) {
    headers["content-type"] = call.contentType ?? "application/json";
    headers["content-length"] = body.length;
  }
  const { request } = url.startsWith("https:") ? https : http;
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { ...options, method: call.method, headers }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
      incoming.on("error", reject);
      incoming.on("end", () => {
        resolve({ status: incoming.statusCode ?? 0, text: Buffer.concat(chunks).toString() });
      });
    });
    outgoing.on("error", (error: NodeJS.ErrnoException) => {
      // The server may close a kept connection in the moment it is used again; nothing was processed then.
      const stale = outgoing.reusedSocket && error.code === "ECONNRESET";
      if (stale) send(url, options, call).then(resolve, reject);
      else reject(error);
    });
    outgoing.end(body);
  });
}

function authorised(
  headers: http.OutgoingHttpHeaders,
  options: https.RequestOptions,
): http.OutgoingHttpHeaders {
  return Object.assign(headers, options.headers);
}

const FAILURES: Readonly<Record<number, Failure>> = {
  401: "forbidden",
  403: "forbidden",
  404: "not-found",
  409: "conflict",
};

/** Server-side apply says which manager owns the fields; this says what can be done about it. */
const CONFLICT_HINT =
  'Take the fields with the annotation pulumi.com/patchForce: "true", ' +
  "or apply under the name of their manager with pulumi.com/patchFieldManager.";

function refusal(status: number, text: string): ClusterError {
  const answer = parse(text);
  const message = textAt(answer, "message") ?? (text.slice(0, ERROR_TEXT_LENGTH) || `HTTP ${status}`);
  const reason = textAt(answer, "reason");
  if (reason === "AlreadyExists") return new ClusterError("exists", message);
  if (status === 409 && at(answer, "details", "causes") && /conflict/i.test(message)) {
    return new ClusterError(
      "conflict",
      `Server-Side Apply field conflict detected. ${CONFLICT_HINT}\n${message}`,
    );
  }
  return new ClusterError(FAILURES[status] ?? "invalid", message);
}

/** A proxy or a load balancer may answer something that is no JSON. */
function parse(text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
