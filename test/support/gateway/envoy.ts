import { createServer } from "node:http";
import type { Clusters, RouteConfigs } from "../../../src/routers/gateway/envoy.ts";
import { type Loopback, listenOnLoopback } from "../loopback.ts";

/** What an Envoy of Contour's says of an application, in short; tests change it while it answers. */
export interface EnvoyState {
  namespace: string;
  app: string;
  /** Percent of the canary in the route; undefined for an Envoy without that route. */
  share: number | undefined;
  /** Addresses of the pods that it knows. */
  previous: readonly string[];
  canary: readonly string[];
  /** Requests that each pod works on. */
  active: number;
  /** Requests of each pod, and how many of them failed. */
  requests: number;
  failed: number;
  /** So many more requests of each pod at each reading. */
  rate: number;
  /** It answers 503 instead. */
  away: boolean;
}

/** The two documents of Envoy's admin interface, in the form of Envoy 1.38 behind Contour 1.33. */
export function documentsOf(state: EnvoyState): { clusters: Clusters; configs: RouteConfigs } {
  const { namespace, app, share, requests, failed, active } = state;
  const host = (address: string) => ({
    address: { socket_address: { address, port_value: 8080 } },
    stats: [
      { name: "rq_error", value: String(failed) },
      { name: "rq_success", value: String(requests - failed) },
      { name: "rq_total", value: String(requests + active) },
      { type: "GAUGE", name: "rq_active", value: String(active) },
    ],
    health_status: { eds_health_status: "HEALTHY" },
    weight: 1,
  });
  const cluster = (service: string, addresses: readonly string[]) => ({
    name: `${namespace}/${service}/80/da39a3ee5e`,
    added_via_api: true,
    eds_service_name: `${namespace}/${service}/http`,
    host_statuses: addresses.map(host),
  });
  const previous = `${app}-previous`;
  const canary = `${app}-new`;
  const weighted = (weight: number) => ({
    clusters: [
      { name: `${namespace}/${canary}/80/da39a3ee5e`, weight },
      { name: `${namespace}/${previous}/80/da39a3ee5e`, weight: 100 - weight },
    ],
  });
  const routes = share === undefined ? [] : [{ route: { weighted_clusters: weighted(share) } }];
  return {
    clusters: { cluster_statuses: [cluster(previous, state.previous), cluster(canary, state.canary)] },
    configs: { configs: [{ route_config: { virtual_hosts: [{ routes }] } }] },
  };
}

/** Serves them as Envoy does. */
export async function envoyWith(changed: Partial<EnvoyState>): Promise<Loopback & { state: EnvoyState }> {
  const state: EnvoyState = {
    namespace: "web",
    app: "shop",
    share: 25,
    previous: ["10.0.0.1"],
    canary: ["10.0.0.2"],
    active: 0,
    requests: 0,
    failed: 0,
    rate: 0,
    away: false,
    ...changed,
  };
  const server = createServer(({ url = "" }, response) => {
    if (url.startsWith("/clusters")) state.requests += state.rate;
    const { clusters, configs } = documentsOf(state);
    const answers: Readonly<Record<string, unknown>> = {
      "/clusters?format=json": clusters,
      "/config_dump?resource=dynamic_route_configs": configs,
    };
    const status = state.away ? 503 : answers[url] ? 200 : 404;
    response.writeHead(status).end(JSON.stringify(answers[url] ?? {}));
  });
  return { ...(await listenOnLoopback(server)), state };
}
