import type { RequestListener } from "node:http";
import { createServer } from "node:https";
import { generate } from "selfsigned";
import { listenOnLoopback } from "../loopback.ts";

/** A small server that answers like an API server, with a certificate that it proves itself by. */
export interface FakeCluster {
  readonly url: string;
  /** Base64 of the certificate. */
  readonly certificate: string;
  readonly close: () => Promise<void>;
}

const identity = generate([{ name: "commonName", value: "127.0.0.1" }], {
  keyType: "ec",
  extensions: [
    { name: "basicConstraints", cA: true },
    { name: "subjectAltName", altNames: [{ type: 7, ip: "127.0.0.1" }] },
  ],
});

/** Serves objects by their API paths; `{ forbidden: true }` may not be seen, and anything else does not exist. */
export function serveCluster(objects: Readonly<Record<string, unknown>>): Promise<FakeCluster> {
  return serve((request, response) => {
    const object = objects[request.url ?? ""];
    const isForbidden = (object as { forbidden?: boolean } | undefined)?.forbidden === true;
    response.writeHead(isForbidden ? 403 : object ? 200 : 404, { "Content-Type": "application/json" });
    response.end(JSON.stringify(object ?? { message: "not found" }));
  });
}

/** Serves whatever the listener answers. */
export async function serve(listener: RequestListener): Promise<FakeCluster> {
  const { cert, private: key } = await identity;
  const server = createServer({ cert, key }, listener);
  const { port, close } = await listenOnLoopback(server);
  return {
    url: `https://127.0.0.1:${port}`,
    certificate: Buffer.from(cert).toString("base64"),
    close,
  };
}

/** A kubeconfig with the one context `test`. */
export function kubeconfig({ url, certificate }: FakeCluster): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "test", cluster: { server: url, "certificate-authority-data": certificate } }],
    users: [{ name: "test", user: { token: "secret-token" } }],
    contexts: [{ name: "test", context: { cluster: "test", user: "test" } }],
    "current-context": "test",
  });
}
