import { APP, PODS, TOTAL_PODS } from "../workload.ts";
import { GATEWAY, hostOf, type World } from "../world.ts";

/** This program's routers that have a peer. */
export type OwnRouter = "gateway" | "replicas";

/** What a project says about its router. */
export interface OwnSettings {
  /** Keys of `config` in Pulumi.yaml. */
  readonly project: Readonly<Record<string, unknown>>;
  /** `replicas` of a stage's file. */
  readonly replicasAt: (share: number) => Readonly<Record<string, number>>;
}

/**
 * As docs/routers.md and docs/gate.md have it: Envoy's admin for the waits and for the gate; where kube-proxy divides, the
 * application's own counters out of Prometheus. Everything of the gate is as it is without being said.
 */
export function settingsOf(
  router: OwnRouter,
  namespace: string,
  { envoy, prometheus }: Pick<World, "envoy" | "prometheus">,
  judged: boolean,
): OwnSettings {
  const lifecycle = { value: ["canary-25", "canary-75", "canary-100"] };
  const common = { namespace, router, lifecycle, app: { value: APP } };
  if (router === "gateway") {
    const edge = { gateway: GATEWAY, host: hostOf(router), envoy: [envoy.admin] };
    return {
      project: {
        ...common,
        edge: { value: edge },
        ...(judged && { gate: { value: { stats: [envoy.admin] } } }),
      },
      replicasAt: (share) => ({ previous: share === 100 ? 0 : PODS, canary: share === 0 ? 0 : PODS }),
    };
  }
  return {
    project: { ...common, ...(judged && { gate: { value: { prometheus: countersAt(prometheus) } } }) },
    replicasAt: () => ({ total: TOTAL_PODS }),
  };
}

/** The application's counters, a series for each pod of a version's Deployment. */
function countersAt(url: string): object {
  const of = (counter: string) =>
    `sum by (pod) (${counter}{namespace="{{namespace}}", pod=~"{{deployment}}-[^-]+-[^-]+"})`;
  return { url, requests: of("http_requests_total"), failures: of("http_failures_total") };
}
