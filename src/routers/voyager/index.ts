import { DECLARE } from "../../components/access.ts";
import { appNames } from "../../model/names.ts";
import { defineRouter } from "../define.ts";
import { shareByPods, trafficByPods } from "../share-by-pods.ts";
import { CERTIFICATE_API, VOYAGER_API, VOYAGER_GROUP_VERSION } from "./apis.ts";
import { haproxy } from "./applied-share.ts";
import { planStage } from "./plan.ts";
import { voyagerSchema } from "./schema.ts";
import { podWeight } from "./weights.ts";

/** Splits traffic by the weight of each pod, in HAProxy as Voyager configures it. */
export const voyager = defineRouter(voyagerSchema, {
  requires: ({ cluster, edge }) => [
    // What the stage installs itself is there before the edge is.
    ...(cluster?.voyager ? [] : [VOYAGER_API]),
    ...(cluster && edge.tls?.issuer ? [CERTIFICATE_API] : []),
  ],
  deployerRules: [{ apiGroups: ["voyager.appscode.com"], resources: ["ingresses"], verbs: DECLARE }],
  // HAProxy's containers, as Voyager makes them, name no security context: the restricted standard turns them away.
  podSecurity: "baseline",
  plan: planStage,
  addressPath: ({ app, namespace }) =>
    `/apis/${VOYAGER_GROUP_VERSION}/namespaces/${namespace}/ingresses/${appNames(app.name, namespace).ingress}`,
  entrance: ({ edge }) => ({ scheme: edge.tls ? "https" : "http", host: edge.host }),
  live: { ...shareByPods(podWeight), dataPlane: haproxy },
  readTraffic: async () => trafficByPods,
  loadEdge: async () => (await import("./edge.ts")).voyagerEdge,
});
