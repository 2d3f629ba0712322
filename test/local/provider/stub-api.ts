import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Target } from "../../../local/provider/config.ts";
import type { JsonObject } from "../../../local/provider/json.ts";

export interface StubRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

export type Reply = { status: number; body: JsonObject | string } | "hang" | "reset";

/** An HTTP server that answers as a test says; version and discovery of core/v1 are answered already. */
export class StubApi {
  readonly requests: StubRequest[] = [];
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(answer: (request: StubRequest) => Reply): Promise<StubApi> {
    const server = createServer();
    const api = new StubApi(server);
    server.on("request", async (incoming, outgoing) => {
      let body = "";
      for await (const chunk of incoming) body += chunk;
      const url = new URL(incoming.url ?? "/", "http://stub");
      const request = {
        method: incoming.method ?? "",
        path: url.pathname,
        query: url.searchParams,
        headers: incoming.headers,
        body,
      };
      api.requests.push(request);
      const reply = known(request) ?? answer(request);
      if (reply === "reset") incoming.socket.destroy();
      else if (reply !== "hang") {
        outgoing.writeHead(reply.status, { "content-type": "application/json" });
        outgoing.end(typeof reply.body === "string" ? reply.body : JSON.stringify(reply.body));
      }
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return api;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** A target with this server's address and a token. */
  get target(): Target {
    return {
      kubeconfig: kubeconfigOf(this.url),
      context: undefined,
      cluster: undefined,
      namespace: undefined,
    };
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

export function kubeconfigOf(server: string): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "stub",
    clusters: [{ name: "stub", cluster: { server, "insecure-skip-tls-verify": true } }],
    users: [{ name: "stub", user: { token: "stub-token" } }],
    contexts: [{ name: "stub", context: { cluster: "stub", user: "stub", namespace: "from-context" } }],
  });
}

function known({ method, path }: StubRequest): Reply | undefined {
  if (method !== "GET") return undefined;
  if (path === "/version") return { status: 200, body: { gitVersion: "v1" } };
  if (path !== "/api/v1") return undefined;
  const resources = [
    { name: "configmaps", kind: "ConfigMap", namespaced: true },
    { name: "namespaces", kind: "Namespace", namespaced: false },
    { name: "namespaces/status", kind: "Namespace", namespaced: false },
  ];
  return { status: 200, body: { resources } };
}
