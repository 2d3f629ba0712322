import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { NamedContext } from "../../local/environment/workspace.ts";
import { type Route, type RoutePatience, routeChooser, type ServiceName } from "./routes.ts";

/**
 * An address of loopback that leads to a Service of a cluster, wherever that cluster is: to its load balancer's
 * address where it has one that answers, else through the API server, which chooses a pod for each request as well.
 */
export interface Entrance {
  readonly url: string;
  close(): Promise<void>;
}

const UPSTREAM_TIMEOUT_MS = 10_000;

/**
 * Opens it; requests are answered by 503 until the application answers.
 * @param onRoute told which way they go, when that is known
 * @param patience how long a load balancer may take to answer; three seconds by default
 */
export async function openEntrance(
  cluster: NamedContext,
  service: ServiceName,
  onRoute: (text: string) => void,
  patience?: RoutePatience,
): Promise<Entrance> {
  const choose = await routeChooser(cluster, service, patience);
  let choosing: Promise<Route | undefined> | undefined;
  const chosen = async (): Promise<Route | undefined> => {
    choosing ??= choose().then(
      (found) => {
        if (found) onRoute(found.text);
        else choosing = undefined;
        return found;
      },
      () => {
        choosing = undefined;
        return undefined;
      },
    );
    return choosing;
  };
  const server = createServer(async (request, response) => {
    const route = await chosen();
    if (route) await forward(request, response, route);
    else response.writeHead(503).end("the application does not answer yet\n");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function forward(request: IncomingMessage, response: ServerResponse, route: Route): Promise<void> {
  const { authorization: _ours, connection: _hop, host: _named, ...headers } = request.headers;
  const options = await route.options(request.url ?? "/");
  const upstream = route.send(
    {
      ...options,
      method: request.method,
      headers: { ...headers, ...options.headers },
      timeout: UPSTREAM_TIMEOUT_MS,
    },
    (answer) => {
      const { connection: _theirs, "keep-alive": _kept, ...passed } = answer.headers;
      response.writeHead(answer.statusCode ?? 502, passed);
      answer.pipe(response);
      answer.on("error", () => response.destroy());
    },
  );
  upstream.on("timeout", () => upstream.destroy(new Error("no answer in time")));
  upstream.on("error", ({ message }) => {
    if (response.headersSent) response.destroy();
    else response.writeHead(502).end(`${message}\n`);
  });
  response.on("close", () => upstream.destroy());
  request.pipe(upstream);
}
