import { createServer } from "node:net";
import type { EdgeRecord } from "./record.ts";

type Ports = EdgeRecord["ports"];

/** The ports of before if all of them are free, else others that are. */
export async function choosePorts(address: string, before: Ports | undefined): Promise<Ports> {
  const kept = before && (await bindAll(address, [before.http, before.https, before.stats]));
  const [http, https, stats] = kept ?? (await bindAll(address, [0, 0, 0])) ?? [];
  if (!http || !https || !stats) throw new Error(`${address} has no free ports`);
  return { http, https, stats };
}

/** A port that nobody has at this moment. */
export async function freePort(address: string): Promise<number> {
  const [port] = (await bindAll(address, [0])) ?? [];
  if (!port) throw new Error(`${address} has no free port`);
  return port;
}

/** Binds ports for a moment, 0 standing for any free one; undefined when one is taken. */
async function bindAll(address: string, ports: readonly number[]): Promise<number[] | undefined> {
  const bound = await Promise.all(ports.map((port) => bind(address, port)));
  await Promise.all(bound.map((each) => each?.close()));
  const found = bound.flatMap((each) => each?.port ?? []);
  return found.length === ports.length ? found : undefined;
}

function bind(
  address: string,
  wanted: number,
): Promise<{ port: number; close: () => Promise<void> } | undefined> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") resolve(undefined);
      else reject(error);
    });
    server.listen(wanted, address, () => {
      const bound = server.address();
      const port = typeof bound === "object" && bound ? bound.port : 0;
      resolve({ port, close: () => new Promise((closed) => server.close(() => closed())) });
    });
  });
}
