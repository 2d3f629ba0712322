import type { Objects } from "./objects.ts";
import { takesTraffic } from "./servers.ts";

/** Annotations by which a pod asks to be scraped, as Prometheus' own example for Kubernetes has them. */
const SCRAPE = "prometheus.io/scrape";
const PORT = "prometheus.io/port";

/** Where a pod has its metrics, as Prometheus finds it (`file_sd_configs`). */
export interface ScrapeTarget {
  readonly targets: readonly [string];
  readonly labels: { readonly namespace: string; readonly pod: string };
}

/**
 * The ready pods behind any Service that ask to be scraped, each once. Debian's Prometheus cannot look them up in
 * Kubernetes by itself: it is built without that client.
 */
export function scrapedPods({ endpointSlices, pods }: Objects): ScrapeTarget[] {
  const found = new Map<string, ScrapeTarget>();
  for (const { metadata, endpoints, ports } of endpointSlices.values()) {
    for (const endpoint of (endpoints ?? []).filter(takesTraffic)) {
      const key = `${metadata.namespace}/${endpoint.targetRef?.name}`;
      const annotations = pods.get(key)?.metadata.annotations ?? {};
      const [address] = endpoint.addresses;
      const port = annotations[PORT] ?? ports?.[0]?.port;
      if (annotations[SCRAPE] !== "true" || address === undefined || port === undefined) continue;
      const labels = { namespace: metadata.namespace, pod: endpoint.targetRef?.name ?? "" };
      found.set(key, { targets: [`${address}:${port}`], labels });
    }
  }
  return [...found.keys()].sort().flatMap((key) => found.get(key) ?? []);
}
