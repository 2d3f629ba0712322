import { type Agent, type IncomingMessage, request } from "node:http";
import type { Classify } from "./plan.ts";
import type { Failure } from "./record.ts";

export interface RequestPlan {
  url: URL;
  agent: Agent;
  headers: Record<string, string>;
  timeoutMs: number;
  versionOf: (answer: IncomingMessage, body: string) => string;
}

export type Answer = { version: string } | { kind: Failure["kind"]; detail: string };

const REFUSED = new Set(["ECONNREFUSED", "EHOSTUNREACH", "ENETUNREACH"]);
const RESET = new Set(["ECONNRESET", "EPIPE"]);

/** Makes the function that finds the version: what the pattern's first group matches, or the whole pattern. */
export function versionFinder(classify: Classify): RequestPlan["versionOf"] {
  if ("body" in classify) {
    const pattern = new RegExp(classify.body);
    return (_answer, body) => matched(pattern, body);
  }
  const pattern = new RegExp(classify.match ?? "(.*)");
  const name = classify.header.toLowerCase();
  return (answer) => matched(pattern, String(answer.headers[name] ?? ""));
}

/** Sends one GET, once, and says how it ended; never rejects. */
export function sendOnce(plan: RequestPlan): Promise<Answer> {
  const { url, agent, headers, timeoutMs } = plan;
  return new Promise((resolve) => {
    let answer: IncomingMessage | undefined;
    const sent = request(url, { agent, headers });
    const timer = setTimeout(() => {
      resolve({ kind: "timeout", detail: `${timeoutMs} ms` });
      sent.destroy();
    }, timeoutMs);
    const end = (result: Answer) => {
      clearTimeout(timer);
      resolve(result);
    };
    sent.on("error", (error: NodeJS.ErrnoException) => end(failureOf(error, answer, sent.reusedSocket)));
    sent.on("response", (response) => {
      answer = response;
      readAnswer(response, plan, end);
    });
    sent.end();
  });
}

function readAnswer(response: IncomingMessage, plan: RequestPlan, end: (result: Answer) => void): void {
  const chunks: Buffer[] = [];
  response.on("data", (chunk: Buffer) => chunks.push(chunk));
  response.on("error", (error: NodeJS.ErrnoException) =>
    end({ kind: "truncated", detail: error.code ?? "" }),
  );
  response.on("end", () => {
    const status = response.statusCode ?? 0;
    if (!response.complete) end({ kind: "truncated", detail: "incomplete" });
    else if (status >= 400) end({ kind: "status", detail: String(status) });
    else end({ version: plan.versionOf(response, Buffer.concat(chunks).toString()) });
  });
}

function failureOf(
  error: NodeJS.ErrnoException,
  answer: IncomingMessage | undefined,
  reused: boolean,
): Answer {
  const code = error.code ?? error.message;
  if (answer) return { kind: "truncated", detail: code };
  if (REFUSED.has(code)) return { kind: "refused", detail: code };
  if (RESET.has(code)) return { kind: "reset", detail: reused ? `${code} on a used connection` : code };
  return { kind: "other", detail: code };
}

function matched(pattern: RegExp, text: string): string {
  const match = pattern.exec(text);
  return match?.[1] ?? match?.[0] ?? "";
}
