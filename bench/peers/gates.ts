import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** Gates that Flagger asks before it goes on: what its own load tester has (docs/gitbook/usage/webhooks.md). */
export interface Gates {
  readonly url: string;
  /** Lets the traffic be increased so many times more. */
  allow(increases: number): void;
  /** Asks for the canary to be taken out, or no longer. */
  rollback(asked: boolean): void;
  close(): Promise<void>;
}

/** Flagger takes 200 as an open gate; a 403 is not asked again at once. */
const [OPEN, SHUT] = [200, 403];

export async function startGates(): Promise<Gates> {
  let [increases, isBack] = [0, false];
  const passes: Readonly<Record<string, () => boolean>> = {
    "/increase": () => increases > 0 && increases-- > 0,
    "/rollback": () => isBack,
  };
  const server = createServer((asked, answer) => {
    asked.resume();
    answer.writeHead(passes[asked.url ?? ""]?.() ? OPEN : SHUT).end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    allow: (more) => {
      increases = more;
    },
    rollback: (asked) => {
      isBack = asked;
    },
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}
