import type { KubernetesApi } from "../../src/cluster/api.ts";
import { askEnvoy, type EnvoyView, type NamedServices } from "../../src/routers/gateway/envoy.ts";
import type { Split } from "./contender.ts";
import type { PodWatch } from "./pods.ts";

type VersionAt = PodWatch["versionAt"];

/** How Envoy divides between two Services now, each of which may have pods of more than one version. */
export function envoySplit(admin: string, services: NamedServices, versionAt: VersionAt): Split {
  return {
    // An Envoy without a route for them yet has no share.
    shareOf: async (version) =>
      sharePerEnvoy(await askEnvoy(admin, services), (at) => versionAt(at) === version),
  };
}

/** Percent of the requests that get to an address of that kind; undefined where no route divides them. */
export function sharePerEnvoy(
  {
    shares,
    endpoints,
  }: Pick<EnvoyView, "shares"> & {
    readonly endpoints: Readonly<
      Record<"previous" | "canary", readonly { readonly address: string; readonly healthy: boolean }[]>
    >;
  },
  isWanted: (address: string) => boolean,
): number | undefined {
  const [canary] = shares;
  if (canary === undefined) return undefined;
  const partOf = (side: "previous" | "canary"): number => {
    const healthy = endpoints[side].filter((each) => each.healthy);
    return healthy.length === 0
      ? 0
      : healthy.filter(({ address }) => isWanted(address)).length / healthy.length;
  };
  return canary * partOf("canary") + (100 - canary) * partOf("previous");
}

interface EndpointSlice {
  readonly endpoints?:
    | readonly { readonly addresses: readonly string[]; readonly conditions?: { readonly ready?: boolean } }[]
    | null;
}

/** How kube-proxy divides a Service's connections: evenly between its ready pods, a moment after they are known. */
export function serviceSplit(
  api: KubernetesApi,
  namespace: string,
  service: string,
  versionAt: VersionAt,
): Split {
  const selector = encodeURIComponent(`kubernetes.io/service-name=${service}`);
  const path = `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices?labelSelector=${selector}`;
  return {
    shareOf: async (version) => {
      const slices = await api.list<EndpointSlice>(path);
      const ready = slices
        .flatMap(({ endpoints }) => endpoints ?? [])
        .filter(({ conditions }) => conditions?.ready === true)
        .flatMap(({ addresses }) => addresses);
      if (ready.length === 0) return undefined;
      return (100 * ready.filter((address) => versionAt(address) === version).length) / ready.length;
    },
  };
}
