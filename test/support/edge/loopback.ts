import type { Server } from "node:http";

/** Has a server listen on 127.0.0.1; `close` ends it with all its connections. */
export function listenOnLoopback(
  server: Server,
  port = 0,
): Promise<{ port: number; close: () => Promise<void> }> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      const address = server.address();
      if (typeof address !== "object" || !address) throw new Error("the server listens on no port");
      const close = () =>
        new Promise<void>((closed) => {
          server.close(() => closed());
          server.closeAllConnections();
        });
      resolve({ port: address.port, close });
    });
  });
}
