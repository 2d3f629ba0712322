import type { RequiredApi } from "../../cluster/api.ts";
import { DECLARE } from "../../components/access.ts";
import { TRACKS } from "../../model/names.ts";
import { CERTIFICATE_API } from "../certificate-api.ts";
import { defineRouter } from "../define.ts";
import { previewName, servicePath } from "../service-names.ts";
import { checkStage } from "./check.ts";
import { envoy } from "./data-plane.ts";
import { showsCanary } from "./edge-schema.ts";
import { checkFoundation } from "./features.ts";
import { isGoogles } from "./gke/classes.ts";
import { networkOf } from "./gke/network.ts";
import { POLICY_API, POLICY_RULE, policyPaths } from "./gke/policies.ts";
import { readRoute } from "./live-route.ts";
import {
  AUTOSCALING_API,
  GATEWAY_API,
  GATEWAY_GROUP,
  gatewayOf,
  gatewayPath,
  redirectName,
  routePath,
} from "./objects.ts";
import { applicationSelector, deploymentNames, planStage } from "./plan.ts";
import { type GatewayConfig, gatewaySchema } from "./schema.ts";
import { trafficOf } from "./traffic.ts";

/** Splits traffic by weights in a route of the Gateway API: pods know nothing of their share. */
export const gateway = defineRouter(gatewaySchema, {
  requires: (config) => [...apisOf(config), ...(isAutoscaled(config) ? [AUTOSCALING_API] : [])],
  // A cluster that the foundation makes has them when it is there.
  foundationRequires: (config) => [
    ...(config.cluster.kind === "gke" ? [] : apisOf(config)),
    ...(config.edge.tls?.issuer ? [CERTIFICATE_API] : []),
  ],
  check: checkStage,
  checkFoundation,
  deployerRules: ({ edge }) => [
    { apiGroups: ["autoscaling"], resources: ["horizontalpodautoscalers"], verbs: DECLARE },
    { apiGroups: [GATEWAY_GROUP], resources: ["httproutes"], verbs: DECLARE },
    { apiGroups: [GATEWAY_GROUP], resources: ["gateways"], verbs: ["get"] },
    ...(isGoogles(edge) ? [POLICY_RULE] : []),
  ],
  onGke: networkOf,
  podSecurity: "restricted",
  selector: applicationSelector,
  edgeHoldsShares: true,
  plan: planStage,
  addressPath: (config) => gatewayPath(gatewayOf(config)),
  edgePaths: (config) => [
    ...routeNames(config).map((name) => routePath(config.namespace, name)),
    ...serviceNames(config).map((name) => servicePath(config.namespace, name)),
    ...(isGoogles(config.edge)
      ? serviceNames(config).flatMap((name) => policyPaths(config.namespace, name))
      : []),
  ],
  entrance: ({ edge }) => ({
    scheme: edge.tls || ("scheme" in edge.gateway && edge.gateway.scheme === "https") ? "https" : "http",
    host: edge.host,
    path: edge.pathPrefix,
  }),
  live: {
    podWeight: () => 1,
    canaryShareNow: ({ record }) => record?.effectiveCanary,
    shareDuringMove: ({ live, plan }) => {
      const shares = [live.record?.effectiveCanary ?? plan.effectiveCanary, plan.effectiveCanary];
      return { lowest: Math.min(...shares), highest: Math.max(...shares) };
    },
    dataPlane: envoy,
  },
  statisticsUrl: ({ edge }) => edge.envoy?.[0],
  readTraffic: async (api, config) => trafficOf(config.app.name, await readRoute({ api, config })),
  loadEdge: async () => (await import("./edge.ts")).gatewayEdge,
});

function apisOf({ edge }: Pick<GatewayConfig, "edge">): RequiredApi[] {
  return isGoogles(edge) ? [GATEWAY_API, POLICY_API] : [GATEWAY_API];
}

const isAutoscaled = ({ replicas }: GatewayConfig): boolean =>
  TRACKS.some((track) => typeof replicas[track] !== "number");

function routeNames({ app, edge }: GatewayConfig): string[] {
  return [
    app.name,
    ...(edge.previewHost === undefined ? [] : [previewName(app.name)]),
    ...(edge.tls?.redirect ? [redirectName(app.name)] : []),
  ];
}

function serviceNames({ app, edge }: GatewayConfig): string[] {
  const { previous, canary } = deploymentNames(app.name);
  return [previous, canary, ...(showsCanary(edge) ? [previewName(app.name)] : [])];
}
