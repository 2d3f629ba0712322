import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import { listenOnLoopback } from "../../support/loopback.ts";

/** A key server as Vault's transit engine is one: it encrypts with a key that it never gives away. */
export interface Vault {
  /** What Pulumi's `hashivault://KEY` needs in its environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** Names of the keys that something was decrypted with. */
  readonly decryptedWith: ReadonlySet<string>;
  stop(): Promise<void>;
}

const TOKEN = "test-token";

/** Starts one on a free port of loopback. It forgets all when it is stopped. */
export async function startVault(): Promise<Vault> {
  const plaintexts = new Map<string, string>();
  const decryptedWith = new Set<string>();
  const answerTo = async (request: IncomingMessage): Promise<object | undefined> => {
    const [, operation, key = ""] =
      /^\/v1\/transit\/(encrypt|decrypt)\/([^/]+)$/.exec(request.url ?? "") ?? [];
    if (request.headers["x-vault-token"] !== TOKEN) return undefined;
    const { plaintext, ciphertext } = JSON.parse(await bodyOf(request)) as Record<string, string>;
    if (operation === "encrypt" && plaintext !== undefined) {
      const id = `vault:v1:${key}:${randomBytes(16).toString("base64")}`;
      plaintexts.set(id, plaintext);
      return { data: { ciphertext: id } };
    }
    const found = ciphertext?.startsWith(`vault:v1:${key}:`) ? plaintexts.get(ciphertext) : undefined;
    if (operation !== "decrypt" || found === undefined) return undefined;
    decryptedWith.add(key);
    return { data: { plaintext: found } };
  };
  const server = createServer(async (request, response) => {
    const answer = await answerTo(request);
    response.writeHead(answer ? 200 : 400, { "content-type": "application/json" });
    response.end(JSON.stringify(answer ?? { errors: ["refused"] }));
  });
  const { url, close } = await listenOnLoopback(server);
  return {
    environment: { VAULT_SERVER_URL: url, VAULT_SERVER_TOKEN: TOKEN },
    decryptedWith,
    stop: close,
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}
