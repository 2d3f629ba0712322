import { type ClientRequest, request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest, type RequestOptions } from "node:https";
import { KubeConfig } from "@kubernetes/client-node";
import { ApiError } from "../../src/cluster/api.ts";
import type { Readable } from "../../src/cluster/reflector.ts";
import { UserError } from "../../src/errors.ts";

export interface ApiRequest {
  method?: "GET" | "POST" | "PATCH";
  /** With the query, from the root of the server. */
  path: string;
  contentType?: string;
  /** Sent as it is: JSON, or YAML for server-side apply. */
  body?: string;
  signal?: AbortSignal;
}

/** The API server of one context of a kubeconfig. */
export interface Api {
  /** @throws ApiError on a status of 400 and above; Error when the server cannot be reached */
  call<T>(request: ApiRequest): Promise<T>;
  /** Opens a long answer; it is destroyed by the signal. @throws as `call` does */
  open(request: ApiRequest): Promise<IncomingMessage>;
}

/** The same server, for what is watched there. */
export const readable = (api: Api): Readable => ({
  open: async (path, signal) => (await api.open({ path, signal })).setEncoding("utf8"),
});

/** Applies an object as this environment's own. @param path of the object @throws as `Api.call` does */
export const applyObject = (api: Api, path: string, object: object): Promise<unknown> =>
  api.call({
    method: "PATCH",
    path: `${path}?fieldManager=canary-stages-local&force=true`,
    contentType: "application/apply-patch+yaml",
    body: JSON.stringify(object),
  });

/** A dead peer is noticed after this time without a byte and ten probes, one a second. */
const KEEP_ALIVE_MS = 5000;

/** @throws UserError when the kubeconfig has no such context */
export function connectApi(kubeconfig: string, context: string): Api {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  if (!config.getContextObject(context)) {
    const known = config.getContexts().map(({ name }) => name);
    throw new UserError(
      `${kubeconfig} has no context "${context}"`,
      `Name one of these: ${known.join(", ") || "(it has none)"}.`,
    );
  }
  config.setCurrentContext(context);
  const server = config.getCurrentCluster()?.server ?? "";
  const open = async (request: ApiRequest) => {
    const options: RequestOptions = {};
    await config.applyToHTTPSOptions(options);
    return answerOf(send(new URL(request.path, server), options, request));
  };
  return {
    open,
    call: async <T>(request: ApiRequest) => JSON.parse(await textOf(await open(request))) as T,
  };
}

function send(url: URL, options: RequestOptions, request: ApiRequest): ClientRequest {
  const { method = "GET", body, signal, contentType = "application/json" } = request;
  const start = url.protocol === "https:" ? httpsRequest : httpRequest;
  const agent = url.protocol === "https:" ? options.agent : undefined;
  const headers = { ...options.headers, accept: "application/json", "content-type": contentType };
  const sent = start(url, { ...options, agent, method, headers, signal } as RequestOptions);
  sent.on("socket", (socket) => socket.setKeepAlive(true, KEEP_ALIVE_MS));
  sent.end(body);
  return sent;
}

async function answerOf(sent: ClientRequest): Promise<IncomingMessage> {
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    sent.on("response", resolve);
    sent.on("error", reject);
  });
  const status = answer.statusCode ?? 0;
  if (status < 400) return answer;
  throw new ApiError(status, `${sent.method} ${sent.path}: ${status} ${messageOf(await textOf(answer))}`);
}

async function textOf(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** The message of a `Status` object, or the text itself. */
function messageOf(text: string): string {
  try {
    return String((JSON.parse(text) as { message?: unknown }).message ?? text);
  } catch {
    return text;
  }
}
