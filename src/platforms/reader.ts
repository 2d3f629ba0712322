import type { z } from "zod";
import { type HttpAnswer, request, SHORT_ANSWER } from "../http/request.ts";
import type { Reading } from "./check.ts";

/** A platform's API, and what opens it. */
export interface Access {
  /** `https://git.example.com/api/v4` */
  readonly api: URL;
  readonly token: string;
  /** What the platform wants besides the token. */
  readonly headers: Readonly<Record<string, string>>;
  /** How many entries it gives in one answer, at most. */
  readonly pageSize: number;
  readonly signal: AbortSignal;
  /** Of one request, in milliseconds. */
  readonly timeoutMs?: number | undefined;
}

/** Reads, and changes nothing. Paths are lists of names, each a part of its own, slashes and all. */
export interface Reader {
  object<S extends z.ZodType>(path: readonly string[], schema: S): Promise<Reading<z.output<S>>>;
  /** All pages of a list. @param entries those of one page */
  list<S extends z.ZodType, T>(
    path: readonly string[],
    page: S,
    entries: (page: z.output<S>) => readonly T[],
  ): Promise<Reading<readonly T[]>>;
}

/** Thirty or a hundred variables fill a page, each of some kilobytes. */
const MOST_BYTES = 4 * SHORT_ANSWER;
const MOST_PAGES = 20;
/** Of a repository that has another name now. */
const MOST_REDIRECTS = 3;
const LONGEST_REASON = 160;

/**
 * What cannot be read is said and not thrown, but for the signal's abort. The token goes to the API's own server: it is in
 * no address, and neither a redirect nor a next page leads it elsewhere.
 */
export function readerOf(access: Access): Reader {
  const urlOf = (path: readonly string[], query = ""): URL =>
    new URL(`${access.api.href.replace(/\/+$/, "")}/${path.map(encodeURIComponent).join("/")}${query}`);
  return {
    object: async (path, schema) => {
      const answer = await get(urlOf(path), access);
      return "unreadable" in answer ? answer : parsed(answer, schema);
    },
    list: async (path, schema, entries) => {
      const all = [];
      let url: URL | undefined = urlOf(path, `?per_page=${access.pageSize}`);
      for (let page = 0; url !== undefined; page++) {
        if (page === MOST_PAGES) return { unreadable: `more than ${MOST_PAGES} pages` };
        const answer: HttpAnswer | { readonly unreadable: string } = await get(url, access);
        if ("unreadable" in answer) return answer;
        const read = parsed(answer, schema);
        if ("unreadable" in read) return read;
        all.push(...entries(read.value));
        url = nextPage(answer);
        if (url && !isBelow(url, access.api)) return { unreadable: `the next page is at ${url.origin}` };
      }
      return { value: all };
    },
  };
}

async function get(url: URL, access: Access): Promise<HttpAnswer | { readonly unreadable: string }> {
  const { token, headers, signal, timeoutMs } = access;
  try {
    const answer = await request(url, {
      headers: { ...headers, Authorization: `Bearer ${token}` },
      redirects: MOST_REDIRECTS,
      mostBytes: MOST_BYTES,
      timeoutMs,
      signal,
    });
    return answer.status === 200 ? answer : { unreadable: reasonOf(answer) };
  } catch (error) {
    signal.throwIfAborted();
    return { unreadable: (error as Error).message };
  }
}

function parsed<S extends z.ZodType>({ text }: HttpAnswer, schema: S): Reading<z.output<S>> {
  const read = schema.safeParse(jsonOf(text));
  if (read.success) return { value: read.data };
  const [issue] = read.error.issues;
  return { unreadable: `an answer of another form: ${issue?.path.join(".") || "all of it"}` };
}

/** Undefined for what is no JSON, which fits no form. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `403 Resource not accessible by personal access token`: the status, and the platform's words where it has any. */
function reasonOf({ status, text }: HttpAnswer): string {
  const { message, error } = (jsonOf(text) ?? {}) as { message?: unknown; error?: unknown };
  const words = [message, error].find((said) => typeof said === "string") ?? "";
  const said = `${words}`.startsWith(`${status}`) ? words : `${status} ${words}`;
  return `${said}`.trim().slice(0, LONGEST_REASON);
}

/** By the header that both platforms have (RFC 8288): `Link: <https://…?page=2>; rel="next", …`. */
function nextPage({ headers }: HttpAnswer): URL | undefined {
  const links = String(headers.link ?? "").split(",");
  const next = links.find((link) => /;\s*rel="?next"?/.test(link));
  const address = next === undefined ? undefined : /^\s*<([^<>]*)>/.exec(next)?.[1];
  return address !== undefined && URL.canParse(address) ? new URL(address) : undefined;
}

const isBelow = (url: URL, api: URL): boolean =>
  url.origin === api.origin &&
  url.username === "" &&
  url.pathname.startsWith(api.pathname.replace(/\/+$/, ""));
