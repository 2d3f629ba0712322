import { Agent, get } from "node:http";
import { type ClientHttp2Session, connect } from "node:http2";

/** Asks over connections that are kept. */
export interface KeptClient {
  /** @returns the version that answered, or the status of an answer that is no success; rejects where there is none */
  readonly ask: () => Promise<string>;
  readonly close: () => void;
}

const VERSION = "x-version";

/** HTTP/1.1, on so many connections. */
export function http1(url: string, connections: number): KeptClient {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  return {
    ask: () =>
      new Promise((resolve, reject) => {
        get(url, { agent }, (answer) => {
          answer.resume();
          answer.on("error", reject);
          const { statusCode = 0, headers } = answer;
          answer.on("end", () => resolve(statusCode === 200 ? String(headers[VERSION]) : String(statusCode)));
        }).on("error", reject);
      }),
    close: () => agent.destroy(),
  };
}

/** HTTP/2 without TLS, known beforehand: each request goes on the next of so many connections. */
export function http2(url: string, connections: number): KeptClient {
  const sessions = Array.from({ length: connections }, () => connect(url));
  // An error of a connection ends its requests, which say so.
  for (const session of sessions) session.on("error", () => undefined);
  let next = 0;
  return {
    ask: () => askOver(sessions[next++ % connections] as ClientHttp2Session),
    close: () => {
      for (const session of sessions) session.close();
    },
  };
}

function askOver(session: ClientHttp2Session): Promise<string> {
  return new Promise((resolve, reject) => {
    const stream = session.request({ ":path": "/" });
    let answer = "";
    stream.on("response", (headers) => {
      answer = headers[":status"] === 200 ? String(headers[VERSION]) : String(headers[":status"]);
    });
    stream.on("error", reject);
    stream.on("end", () => resolve(answer));
    stream.resume();
    stream.end();
  });
}

/** How many requests each version has answered; what was no answer, or no success, counts by itself. */
export type Counts = Readonly<Record<string, number>>;

/** Asks until it is over, so many at a time. */
export async function countVersions(
  client: KeptClient,
  atATime: number,
  isOver: (asked: number) => boolean,
): Promise<Counts> {
  const counts: Record<string, number> = {};
  let asked = 0;
  const one = async (): Promise<void> => {
    while (!isOver(asked++)) {
      const version = await client.ask().catch((error: Error) => `failed: ${error.message}`);
      counts[version] = (counts[version] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: atATime }, one));
  return counts;
}
