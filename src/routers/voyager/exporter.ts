import type { CounterQueries } from "../live-share.ts";
import { PREVIEW_BACKEND } from "./statistics.ts";

/** What tells one server of one HAProxy from all others. */
const SERVER = "instance, proxy, server";

/**
 * The counters of `statistics.ts` by the names that HAProxy's own exporter has for them (seen on HAProxy 2.6.12). All of a
 * server's are of one scrape, so that they belong together.
 * @param matchers further label matchers, such as `namespace="shop"`
 */
export function exporterQueries(deployment: string, matchers: readonly string[]): CounterQueries {
  const count = (metric: string, ...more: readonly string[]): string => {
    const selector = [
      `proxy!="${PREVIEW_BACKEND}"`,
      `server=~"pod-${deployment}-[^-]+-[^-]+"`,
      ...more,
      ...matchers,
    ];
    return `sum by (${SERVER}) (haproxy_server_${metric}{${selector.join(",")}})`;
  };
  const broken = `${count("response_errors_total")} + ${count("connection_errors_total")}`;
  const answers = count("http_responses_total", 'code!="1xx"');
  const failed = count("http_responses_total", 'code=~"5xx|other"');
  return {
    requests: withPod(`clamp_min(${answers} + ${broken} - ${count("server_aborts_total")}, 0)`),
    failures: withPod(`${failed} + ${broken}`),
  };
}

/** Voyager names a server after its pod. */
const withPod = (query: string): string => `label_replace(${query}, "pod", "$1", "server", "pod-(.*)")`;
