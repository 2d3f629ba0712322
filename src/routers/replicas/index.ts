import { defineRouter } from "../define.ts";
import { shareByPods, trafficByPods } from "../share-by-pods.ts";
import { isWaiting } from "../waiting.ts";
import { planStage } from "./plan.ts";
import { replicasSchema } from "./schema.ts";

/** Splits traffic by the number of pods behind one Service: no ingress controller, every pod the same. */
export const replicas = defineRouter(replicasSchema, {
  requires: () => [],
  deployerRules: [],
  podSecurity: "restricted",
  plan: planStage,
  addressPath: ({ app, namespace }) => `/api/v1/namespaces/${namespace}/services/${app.name}`,
  entrance: () => ({ scheme: "http", host: undefined }),
  live: shareByPods(({ labels }) => (isWaiting(labels) ? 0 : 1)),
  readTraffic: async () => trafficByPods,
  loadEdge: async () => (await import("./edge.ts")).replicasEdge,
});
