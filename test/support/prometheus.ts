import { createServer, type ServerResponse } from "node:http";
import { type Loopback, listenOnLoopback } from "./loopback.ts";

/** A series at one time: nothing where it has no value then. */
export interface Point {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number | string;
}

/** A Prometheus of a test's own: its HTTP API over series that the test makes up. */
export interface FakePrometheus extends Loopback {
  /** Seconds since 1970, by its clock. */
  now: number;
  /** What a query has at a time. */
  series: (query: string, time: number) => readonly Point[];
  /** Answers in its place, or leaves it at that; undefined where it is to answer itself. */
  instead: (response: ServerResponse) => unknown;
  /** What it was asked for, with what authorization. */
  readonly asked: { readonly path: string; readonly query: URLSearchParams; readonly bearer?: string }[];
}

/** @param now its clock at the beginning */
export async function fakePrometheus(now: number): Promise<FakePrometheus> {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "", "http://prometheus.test");
    const bearer = request.headers.authorization;
    fake.asked.push({ path: url.pathname, query: url.searchParams, ...(bearer && { bearer }) });
    if (fake.instead(response) !== undefined) return;
    const data = url.pathname.endsWith("/query") ? scalar() : matrix(url.searchParams);
    response.end(JSON.stringify({ status: "success", data }));
  });
  const scalar = () => ({ resultType: "scalar", result: [fake.now, String(fake.now)] });
  const matrix = (asked: URLSearchParams) => {
    const [start, end, step] = ["start", "end", "step"].map((name) => Number(asked.get(name)));
    const found = new Map<string, { metric: Point["labels"]; values: [number, string][] }>();
    for (let time = start ?? 0; time <= (end ?? 0); time += step ?? 1) {
      for (const { labels, value } of fake.series(asked.get("query") ?? "", time)) {
        const key = JSON.stringify(labels);
        const series = found.get(key) ?? { metric: labels, values: [] };
        series.values.push([time, String(value)]);
        found.set(key, series);
      }
    }
    return { resultType: "matrix", result: [...found.values()] };
  };
  const fake: FakePrometheus = {
    ...(await listenOnLoopback(server)),
    now,
    series: () => [],
    instead: () => undefined,
    asked: [],
  };
  return fake;
}
