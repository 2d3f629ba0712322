import { readFile } from "node:fs/promises";
import http from "node:http";
import https from "node:https";
import { join } from "node:path";

const ANSWER_WITHIN_MS = 2_000;

/** Asks a server of the cluster as its administrator: the answer's text, or undefined for any that is not 200. */
export type Get = (url: string) => Promise<string | undefined>;

/**
 * A client for the few questions of a start, so that a start need not load a whole client library.
 * @param pki folder with ca.crt, admin.crt and admin.key
 */
export async function adminClient(pki: string): Promise<Get> {
  const [ca, cert, key] = await Promise.all(
    ["ca.crt", "admin.crt", "admin.key"].map((name) => readFile(join(pki, name))),
  );
  return (url) =>
    new Promise((resolve) => {
      // A connection of its own: one that is kept alive would be to a server that has been killed since.
      const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
      const { request } = url.startsWith("https:") ? https : http;
      const call = request(url, { ca, cert, key, agent: false, signal }, (response) => {
        const parts: Buffer[] = [];
        response.on("data", (part: Buffer) => parts.push(part));
        response.on("error", () => resolve(undefined));
        response.on("end", () =>
          resolve(response.statusCode === 200 ? Buffer.concat(parts).toString() : undefined),
        );
      });
      call.on("error", () => resolve(undefined));
      call.end();
    });
}
