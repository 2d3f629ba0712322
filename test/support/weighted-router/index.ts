import { DECLARE } from "../../../src/components/access.ts";
import { clientsAtNodes } from "../../../src/config/gke-edge.ts";
import type { TrackName } from "../../../src/model/names.ts";
import { TRACKS } from "../../../src/model/names.ts";
import type { RoutedTrack, StagePlan } from "../../../src/model/plan.ts";
import { defineRouter } from "../../../src/routers/define.ts";
import { routers } from "../../../src/routers/index.ts";
import type { LiveTraffic } from "../../../src/routers/live-share.ts";
import { GATEWAY_API, type Route, routePath } from "./route.ts";
import { type WeightedConfig, weightedSchema } from "./schema.ts";

/** A router that only tests have: weights stand in a route of the Gateway API, and pods know nothing of them. */
export const weighted = defineRouter(weightedSchema, {
  foundationRequires: () => [],
  requires: () => [{ groupVersion: GATEWAY_API, installation: "Install the Gateway API." }],
  deployerRules: () => [
    { apiGroups: ["gateway.networking.k8s.io"], resources: ["httproutes"], verbs: DECLARE },
  ],
  admission: ({ app }) => ({
    deployments: [`${app.name}-previous`, `${app.name}-canary`],
    services: { names: [], types: [], annotations: {} },
    objects: [
      { apiGroup: "gateway.networking.k8s.io", resource: "httproutes", names: [app.name], rules: [] },
    ],
  }),
  network: () => ({}),
  mostPods: ({ replicas: { each } }) => ({ previous: each, canary: each }),
  onGke: ({ edge }) => clientsAtNodes(edge),
  podSecurity: "restricted",
  selector: (app) => ({ app }),
  edgeHoldsShares: true,
  plan: planStage,
  addressPath: ({ app, namespace }) => routePath(namespace, app.name),
  edgePaths: ({ app, namespace }) => [routePath(namespace, app.name)],
  entrance: () => ({ scheme: "http", host: undefined }),
  live: {
    podWeight: () => 1,
    canaryShareNow: ({ record }) => record?.effectiveCanary,
    shareDuringMove: ({ live, plan }) => {
      const shares = [live.record?.effectiveCanary ?? plan.effectiveCanary, plan.effectiveCanary];
      return { lowest: Math.min(...shares), highest: Math.max(...shares) };
    },
  },
  readTraffic: async (api, { app, namespace }) =>
    trafficOf(app.name, await api.get<Route>(routePath(namespace, app.name))),
  loadEdge: async () => (await import("./edge.ts")).weightedEdge,
});

/** The project's routers, and the one of the tests. */
export const withWeighted = { ...routers, weighted };

function planStage({ app, release, traffic, replicas }: WeightedConfig): StagePlan<RoutedTrack> {
  const track = (name: TrackName) => ({
    name: `${app.name}-${name}`,
    version: release[name],
    replicas: replicas.each,
    identity: { app: app.name, track: name },
    labels: { app: app.name, track: name },
    annotations: {},
    effectiveShare: traffic[name],
  });
  return {
    tracks: { previous: track("previous"), canary: track("canary") },
    intended: traffic,
    effectiveCanary: traffic.canary,
    selector: { app: app.name },
  };
}

function trafficOf(app: string, route: Route | undefined): LiveTraffic {
  const weightOf = (deployment: string): number | undefined =>
    route?.spec.rules[0]?.backendRefs.find(({ name }) => name === deployment)?.weight;
  return {
    servedShare: ({ previous, canary }) => {
      const [a = 0, b = 0] = [previous, canary].map(({ deployment, replicaSets }) =>
        replicaSets.some(({ pods }) => pods.some(({ serving }) => serving)) ? weightOf(deployment) : 0,
      );
      return a + b === 0 ? undefined : (100 * b) / (a + b);
    },
    deviations: ({ tracks }) =>
      TRACKS.map((track) => tracks[track])
        .filter(({ name, effectiveShare }) => weightOf(name) !== effectiveShare)
        .map(({ name, effectiveShare }) => ({
          object: `HTTPRoute ${app}`,
          path: `weight of ${name}`,
          planned: effectiveShare,
          live: weightOf(name),
        })),
  };
}
