import { createServer, request, type Server } from "node:http";

/**
 * Envoy's admin at a port of loopback, for reading: what would change something has to be POSTed
 * (envoyproxy.io, "Administration interface"), and is turned away.
 * @param socket Envoy's
 */
export function serveAdmin(socket: string, port: number): Server {
  const server = createServer(({ method, url }, response) => {
    if (method !== "GET") {
      response.writeHead(405, { allow: "GET" }).end("read only\n");
      return;
    }
    const asked = request({ socketPath: socket, path: url, headers: { host: "envoy" } });
    asked.on("response", (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    asked.on("error", (error) => response.writeHead(502).end(`Envoy does not answer: ${error.message}\n`));
    response.on("close", () => asked.destroy());
    asked.end();
  });
  return server.listen(port, "127.0.0.1");
}

/** Whether Envoy has the configuration that it waited for. */
export function isReady(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = request({ socketPath: socket, path: "/ready", headers: { host: "envoy" } });
    asked.on("response", (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    });
    asked.on("error", () => resolve(false));
    asked.end();
  });
}
