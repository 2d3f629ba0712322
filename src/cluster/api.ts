import { UserError } from "../errors.ts";
import type { Connection } from "../http/connection.ts";
import { type HttpAnswer, request } from "../http/request.ts";
import { type HttpStream, openStream } from "../http/stream.ts";

export interface RequestBody {
  readonly type: "application/json" | "application/merge-patch+json" | "application/apply-patch+yaml";
  readonly content: unknown;
}

/** A Kubernetes API server, as plain JSON over its paths. */
export interface KubernetesApi {
  readonly server: string;
  /** @throws ApiError for any answer that is not 2xx, UserError when the server cannot be reached */
  send<T>(method: string, path: string, body?: RequestBody): Promise<T>;
  /** What is no JSON: the log of a pod. @throws as `send` */
  text(path: string): Promise<string>;
  /** An answer that goes on, such as a watch: its text as it comes, until the signal aborts. @throws as `send` */
  open(path: string, signal: AbortSignal): Promise<AsyncIterable<string>>;
  /** The object, or undefined when it does not exist. */
  get<T>(path: string): Promise<T | undefined>;
  list<T>(path: string): Promise<T[]>;
  /** The server's clock, by its last answer: this machine's own may be wrong. */
  time(): Date;
}

/** An API that is not Kubernetes' own, and how a cluster comes to have it. */
export interface RequiredApi {
  /** Group and version, `cert-manager.io/v1`. */
  readonly groupVersion: string;
  /** What to install, as the end of a sentence. */
  readonly installation: string;
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

/** How a request is made: over which connection, and with which headers it says who sends it. */
export interface Authenticated {
  readonly connection: Connection;
  readonly headers: Readonly<Record<string, string>>;
}

/** @param authenticate called for each request: a token may have run out since the last one */
export function apiAt(server: string, authenticate: () => Promise<Authenticated>): KubernetesApi {
  let clock = { server: Date.now(), local: performance.now() };

  async function authenticated(): Promise<Authenticated> {
    const { connection, headers } = await authenticate().catch((error: Error) => {
      throw noCredential(server, error);
    });
    return { connection, headers: { ...headers, Accept: "application/json" } };
  }

  async function ask(method: string, path: string, body?: RequestBody): Promise<HttpAnswer> {
    const { connection, headers } = await authenticated();
    const answer = await reachable(
      request(new URL(path, server), {
        method,
        connection,
        headers: { ...headers, ...(body && { "Content-Type": body.type }) },
        body: body && JSON.stringify(body.content),
      }),
    );
    readClock(answer);
    return succeeded(answer, server);
  }

  async function open(path: string, signal: AbortSignal): Promise<AsyncIterable<string>> {
    const answer = await reachable(openStream(new URL(path, server), { ...(await authenticated()), signal }));
    readClock(answer);
    if (isSuccess(answer)) return answer.text;
    throw failureOf({ status: answer.status, text: await textOf(answer) }, server);
  }

  /** Whole seconds (RFC 9110, field Date). */
  function readClock({ headers: { date } }: Pick<HttpAnswer, "headers">): void {
    const now = Date.parse(date ?? "");
    if (!Number.isNaN(now)) clock = { server: now, local: performance.now() };
  }

  async function reachable<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      throw unreachable(server, (error as Error).message);
    }
  }

  async function send(method: string, path: string, body?: RequestBody): Promise<unknown> {
    return contentOf(await ask(method, path, body), server);
  }

  return {
    server,
    send: async <T>(method: string, path: string, body?: RequestBody) =>
      (await send(method, path, body)) as T,
    text: async (path) => (await ask("GET", path)).text,
    open,
    get: async <T>(path: string) => {
      try {
        return (await send("GET", path)) as T;
      } catch (error) {
        if (error instanceof ApiError && error.status === 404) return undefined;
        throw error;
      }
    },
    list: async <T>(path: string) => ((await send("GET", path)) as { items: T[] }).items,
    time: () => new Date(clock.server + performance.now() - clock.local),
  };
}

/** A login command of a kubeconfig may not be there, or fail. */
const noCredential = (server: string, error: Error): Error =>
  error instanceof UserError
    ? error
    : new UserError(
        `there is no credential for the cluster at ${new URL(server).origin}: ${error.message}`,
        "Check the user of its context in the kubeconfig: a login command (exec) has to be on PATH, and signed in.",
      );

function unreachable(server: string, reason: string): UserError {
  return new UserError(
    `the cluster at ${new URL(server).origin} cannot be reached: ${reason}`,
    "Check that the cluster runs, that its address is right and that this machine may connect to it.",
  );
}

/** A token was revoked, or has ended. */
const notTaken = (server: string): UserError =>
  new UserError(
    `the cluster at ${new URL(server).origin} does not take the credential (401)`,
    "Where it is the deployer's token, apply the foundation, which makes another: canary foundation. Elsewhere look at the user of the context in the kubeconfig.",
  );

function succeeded(answer: HttpAnswer, server: string): HttpAnswer {
  if (isSuccess(answer)) return answer;
  throw failureOf(answer, server);
}

const isSuccess = ({ status }: Pick<HttpAnswer, "status">): boolean => status >= 200 && status < 300;

const failureOf = ({ status, text }: Pick<HttpAnswer, "status" | "text">, server: string): Error =>
  status === 401
    ? notTaken(server)
    : new ApiError(status, messageOf(text) || `the API server answered ${status}`);

async function textOf({ text }: HttpStream): Promise<string> {
  let whole = "";
  for await (const part of text) whole += part;
  return whole;
}

function contentOf({ text }: HttpAnswer, server: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw unreachable(server, `what answers there is no API server: ${text.slice(0, 100)}`);
  }
}

/** The message of a `Status` object, or the beginning of a text that is none. */
function messageOf(text: string): string {
  try {
    return String((JSON.parse(text) as { message?: unknown }).message ?? text);
  } catch {
    return text.slice(0, 300);
  }
}
