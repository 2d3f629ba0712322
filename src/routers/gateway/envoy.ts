import { UserError } from "../../errors.ts";
import { request } from "../../http/request.ts";
import { TRACKS, type TrackName } from "../../model/names.ts";
import type { PerTrack } from "../../model/traffic.ts";

/** A pod as Envoy knows it. */
export interface Endpoint {
  /** Its IP address. */
  readonly address: string;
  /** Whether Envoy sends requests there. */
  readonly healthy: boolean;
  /** Requests that were answered or given up since Envoy knows it, and how many of them failed. */
  readonly requests: number;
  readonly failed: number;
  /** Requests that it works on now. */
  readonly active: number;
}

/** What one Envoy does with an application's traffic. */
export interface EnvoyView {
  /** Percent of the traffic that the canary gets, for each route of Envoy's that splits it. */
  readonly shares: readonly number[];
  readonly endpoints: PerTrack<readonly Endpoint[]>;
}

/** `/clusters?format=json`: envoy.admin.v3.Clusters. Numbers are texts there, and a zero is left out. */
export interface Clusters {
  readonly cluster_statuses?: readonly {
    readonly name: string;
    /** Contour: NAMESPACE/SERVICE/NAME-OF-PORT. The name itself is cut where it is long. */
    readonly eds_service_name?: string;
    readonly host_statuses?: readonly {
      readonly address: { readonly socket_address?: { readonly address: string } };
      readonly stats?: readonly { readonly name: string; readonly value?: string | number }[];
      readonly health_status?: { readonly eds_health_status?: string };
    }[];
  }[];
}

/** `/config_dump?resource=dynamic_route_configs`: envoy.admin.v3.RoutesConfigDump.DynamicRouteConfig. */
export interface RouteConfigs {
  readonly configs?: readonly {
    readonly route_config?: {
      readonly virtual_hosts?: readonly {
        readonly routes?: readonly {
          readonly route?: {
            readonly cluster?: string;
            readonly weighted_clusters?: {
              readonly clusters?: readonly { readonly name: string; readonly weight?: number }[];
            };
          };
        }[];
      }[];
    };
  }[];
}

/** The Services of an application, which are named as its Deployments. */
export interface NamedServices {
  readonly namespace: string;
  readonly plan: { readonly tracks: PerTrack<{ readonly name: string }> };
}

/** Puts Envoy's clusters and routes together: of the application's Services alone, by namespace and name. */
export function viewOf(
  clusters: Clusters,
  configs: RouteConfigs,
  { namespace, plan }: NamedServices,
): EnvoyView {
  const statuses = clusters.cluster_statuses ?? [];
  const clustersOf = (track: TrackName) => {
    const service = `${namespace}/${plan.tracks[track].name}/`;
    return statuses.filter(({ eds_service_name = "" }) => `${eds_service_name}/`.startsWith(service));
  };
  const found = { previous: clustersOf("previous"), canary: clustersOf("canary") };
  const trackOf = (cluster: string) =>
    TRACKS.find((track) => found[track].some(({ name }) => name === cluster));
  return {
    shares: splitsIn(configs).flatMap((split) => shareOf(split, trackOf) ?? []),
    endpoints: { previous: endpointsOf(found.previous), canary: endpointsOf(found.canary) },
  };
}

type Split = readonly { readonly name: string; readonly weight?: number }[];

/** Every route that leads to clusters, as a split: one that leads to a single cluster gives it everything. */
function splitsIn({ configs = [] }: RouteConfigs): Split[] {
  return configs
    .flatMap(({ route_config }) => route_config?.virtual_hosts ?? [])
    .flatMap(({ routes = [] }) => routes)
    .flatMap(({ route }) => {
      if (route?.cluster !== undefined) return [[{ name: route.cluster, weight: 1 }]];
      const split = route?.weighted_clusters?.clusters;
      return split ? [split] : [];
    });
}

function shareOf(split: Split, trackOf: (cluster: string) => TrackName | undefined): number | undefined {
  const draw = { previous: 0, canary: 0 };
  for (const { name, weight = 0 } of split) {
    const track = trackOf(name);
    if (track) draw[track] += weight;
  }
  const all = draw.previous + draw.canary;
  return all === 0 ? undefined : (100 * draw.canary) / all;
}

function endpointsOf(clusters: NonNullable<Clusters["cluster_statuses"]>): Endpoint[] {
  return clusters
    .flatMap(({ host_statuses = [] }) => host_statuses)
    .map(({ address, stats = [], health_status }) => {
      const stat = (name: string) => Number(stats.find((one) => one.name === name)?.value ?? 0);
      return {
        address: address.socket_address?.address ?? "",
        healthy: (health_status?.eds_health_status ?? "HEALTHY") === "HEALTHY",
        requests: stat("rq_success") + stat("rq_error"),
        failed: stat("rq_error"),
        active: stat("rq_active"),
      };
    });
}

const TIMEOUT_MS = 5_000;

/**
 * Asks one Envoy.
 * @param url its admin address, `http://HOST:PORT`
 * @throws UserError when it does not answer
 */
export async function askEnvoy(url: string, stage: NamedServices): Promise<EnvoyView> {
  const [clusters, configs] = await Promise.all([
    read<Clusters>(url, "/clusters?format=json"),
    read<RouteConfigs>(url, "/config_dump?resource=dynamic_route_configs"),
  ]);
  return viewOf(clusters, configs, stage);
}

async function read<T>(url: string, path: string): Promise<T> {
  try {
    const { status, text } = await request(new URL(url.replace(/\/+$/, "") + path), {
      timeoutMs: TIMEOUT_MS,
    });
    if (status !== 200) throw new Error(`it answers ${status}`);
    return JSON.parse(text) as T;
  } catch (error) {
    throw new UserError(
      `Envoy's numbers at ${url}${path} cannot be read: ${(error as Error).message}`,
      "Name the admin address of an Envoy, http://HOST:PORT, as this machine reaches it.",
    );
  }
}
