import { Agent as HttpAgent, get as httpGet } from "node:http";
import { Agent as HttpsAgent, get as httpsGet } from "node:https";

/** How an answer tells which version gave it. */
export interface VersionRule {
  /** Lower-case name of a response header; without it the body is looked at. */
  readonly header?: string | undefined;
  /** Its first group is the version; without it, whichever known version occurs. */
  readonly pattern?: RegExp | undefined;
}

export interface Target {
  readonly url: string;
  /** Host header, where the edge chooses by host. */
  readonly host?: string | undefined;
  readonly rule: VersionRule;
  readonly versions: readonly string[];
}

/** What came of one request: the version that answered, or why none did. */
export type Answer = { readonly version: string } | { readonly failure: string };

const TIMEOUT_MS = 10_000;

/** One request on a connection of its own. */
export function ask(target: Target, signal?: AbortSignal): Promise<Answer> {
  const url = new URL(target.url);
  const [get, Agent] = url.protocol === "https:" ? [httpsGet, HttpsAgent] : [httpGet, HttpAgent];
  const headers = { ...(target.host && { Host: target.host }) };
  return new Promise((resolve) => {
    const fail = (failure: string) => resolve({ failure });
    const options = {
      agent: new Agent({ keepAlive: false }),
      headers,
      timeout: TIMEOUT_MS,
      ...(signal && { signal }),
    };
    const request = get(url, options, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", ({ message }) => fail(message));
      response.on("end", () => {
        if (response.statusCode !== 200) return fail(`status ${response.statusCode}`);
        const header = target.rule.header;
        const text = header ? String(response.headers[header] ?? "") : Buffer.concat(chunks).toString();
        const version = versionIn(text, target);
        if (version === undefined) return fail("an answer of no known version");
        resolve({ version });
      });
    });
    request.on("timeout", () => request.destroy(new Error(`no answer within ${TIMEOUT_MS / 1000} s`)));
    request.on("error", ({ message }) => fail(message));
  });
}

/** The version that a text speaks of; the longest one where one is part of another. */
export function versionIn(
  text: string,
  { rule, versions }: Pick<Target, "rule" | "versions">,
): string | undefined {
  if (rule.pattern) {
    const found = rule.pattern.exec(text)?.[1];
    return found !== undefined && versions.includes(found) ? found : undefined;
  }
  return [...versions].sort((a, b) => b.length - a.length).find((version) => text.includes(version));
}
