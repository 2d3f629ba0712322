import { z } from "zod";
import { UserError } from "../../errors.ts";
import { type HttpAnswer, type HttpRequest, request } from "../../http/request.ts";

/** A point of a series: Prometheus' seconds since 1970, and the value as it writes it, `NaN` among others. */
const sample = z.tuple([z.number(), z.string()]);
const series = z.object({ metric: z.record(z.string(), z.string()), values: z.array(sample) });

export type Series = z.infer<typeof series>;

const failure = z.object({ status: z.literal("error"), error: z.string() });
const time = z.object({
  status: z.literal("success"),
  data: z.object({ resultType: z.literal("scalar"), result: sample }),
});
const matrix = z.object({
  status: z.literal("success"),
  data: z.object({ resultType: z.literal("matrix"), result: z.array(series) }),
});

/** Points in time at which a query is asked. */
export interface Range {
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

/** Prometheus' HTTP API, as far as it is needed (version 1: Prometheus' documentation, "HTTP API"). */
export interface Prometheus {
  /** Its address, as it stands in sentences. */
  readonly url: string;
  /** Seconds since 1970 by its own clock. @throws UserError */
  readonly now: () => Promise<number>;
  /** A query at each point of a range. @throws UserError when it is wrong, or cannot be answered */
  readonly range: (query: string, range: Range) => Promise<readonly Series[]>;
}

const TIMEOUT_MS = 5_000;

/** @param settings headers and connection of each request, asked for anew: a token may have run out meanwhile */
export function prometheusAt(
  url: string,
  settings: () => Promise<Pick<HttpRequest, "headers" | "connection">>,
  timeoutMs = TIMEOUT_MS,
): Prometheus {
  const ask = async <T>(path: string, query: Readonly<Record<string, string>>, wanted: z.ZodType<T>) => {
    const target = new URL(`${url.replace(/\/$/, "")}/api/v1/${path}?${new URLSearchParams(query)}`);
    const sent = { ...(await settings()), timeoutMs };
    const answer = await request(target, sent).catch((error: Error) => {
      throw unanswered(url, error.message);
    });
    return contentOf(answer, wanted, url, query.query ?? "");
  };
  return {
    url,
    now: async () => (await ask("query", { query: "time()" }, time)).data.result[0],
    range: async (query, { start, end, step }) => {
      const range = { start: String(start), end: String(end), step: String(step) };
      return (await ask("query_range", { query, ...range }, matrix)).data.result;
    },
  };
}

function contentOf<T>({ status, text }: HttpAnswer, wanted: z.ZodType<T>, url: string, query: string): T {
  const content = parsed(text);
  const refused = failure.safeParse(content);
  if (refused.success) {
    throw new UserError(
      `Prometheus at ${url} does not answer ${query}: ${refused.data.error}`,
      "Try the query in Prometheus' own page, and change it in gate.prometheus of Pulumi.yaml.",
    );
  }
  const found = wanted.safeParse(content);
  if (status === 200 && found.success) return found.data;
  const isDenied = status === 401 || status === 403;
  throw unanswered(
    url,
    status === 200 ? "its answer is none of Prometheus' API" : `it answers ${status}`,
    isDenied ? "Set gate.prometheus.token to a token that may query it." : undefined,
  );
}

const unanswered = (url: string, reason: string, hint?: string): UserError =>
  new UserError(
    `Prometheus at ${url} cannot be asked: ${reason}`,
    hint ?? "Set gate.prometheus.url to the address that has /api/v1 behind it, and see whether it runs.",
  );

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
