import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import type { PageBundle } from "../../../src/page/bundle.ts";
import type {
  ActionRefused,
  ActionRequest,
  PageEvent,
  PageState,
  PreviewAnswer,
} from "../../../src/page/contract.ts";
import { ASSETS, SERVED_POLICY, servedHtml } from "../../../src/page/html.ts";
import { type Loopback, listenOnLoopback } from "../loopback.ts";

/** A server that gives the real page, and says to it what a test wants it to hear. */
export interface ScriptedServer {
  readonly url: string;
  /** What a viewer is told when it connects. */
  state: PageState;
  /** What a preview is answered with. */
  preview: PreviewAnswer;
  /** What an action is refused with; undefined for one that begins. */
  refused: ActionRefused | undefined;
  /** The actions that were asked for, with the header that allows them. */
  readonly asked: {
    readonly path: string;
    readonly csrf: string | undefined;
    readonly body: ActionRequest;
  }[];
  /** Viewers that are connected. */
  readonly viewers: () => number;
  send(event: PageEvent): void;
  /** Goes away as a command that ends: nothing listens any more. */
  stop(): Promise<void>;
  /** Comes back at the same address. */
  start(): Promise<void>;
}

export async function scriptedServer(bundle: PageBundle, state: PageState): Promise<ScriptedServer> {
  const streams = new Set<ServerResponse>();
  const write = (stream: ServerResponse, event: PageEvent) =>
    stream.write(`data: ${JSON.stringify(event)}\n\n`);
  const served: Readonly<Record<string, readonly [string, string]>> = {
    "/": ["text/html; charset=utf-8", servedHtml("httpd")],
    [ASSETS.script]: ["text/javascript; charset=utf-8", bundle.script],
    [ASSETS.style]: ["text/css; charset=utf-8", bundle.style],
  };

  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const { pathname: path } = new URL(request.url ?? "/", "http://page.invalid");
    const file = served[path];
    if (file) {
      const [type, text] = file;
      const headers = {
        "content-type": type,
        "content-security-policy": SERVED_POLICY,
        "content-encoding": "gzip",
      };
      response.writeHead(200, headers).end(gzipSync(text));
    } else if (path === "/events") {
      response.writeHead(200, { "content-type": "text/event-stream" });
      streams.add(response);
      request.once("close", () => streams.delete(response));
      write(response, { event: "state", state: server.state });
    } else if (path === "/preview") {
      json(response, 200, server.preview);
    } else if (request.method === "POST" && path.startsWith("/actions")) {
      const csrf = request.headers["x-canary-csrf"];
      server.asked.push({ path, csrf: csrf?.toString(), body: (await bodyOf(request)) as ActionRequest });
      json(response, server.refused ? 409 : 202, server.refused ?? { id: "a1" });
    } else {
      response.writeHead(404).end();
    }
  };

  const listen = (port?: number): Promise<Loopback> =>
    listenOnLoopback(
      createServer((request, response) => void answer(request, response)),
      port,
    );
  let loopback = await listen();
  const server: ScriptedServer = {
    url: loopback.url,
    state,
    preview: { refused: { message: "no preview is scripted", hint: "" } },
    refused: undefined,
    asked: [],
    viewers: () => streams.size,
    send: (event) => {
      for (const stream of streams) write(stream, event);
    },
    stop: () => loopback.close(),
    start: async () => {
      loopback = await listen(loopback.port);
    },
  };
  return server;
}

function json(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return JSON.parse(Buffer.concat(parts).toString("utf8"));
}
