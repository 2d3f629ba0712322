import { clientsAtNodes } from "../../config/gke-edge.ts";
import { defineRouter } from "../define.ts";
import { previewName, servicePath } from "../service-names.ts";
import { shareByPods, trafficByPods } from "../share-by-pods.ts";
import { isWaiting } from "../waiting.ts";
import { replicasAdmission } from "./admission.ts";
import { applicationSelector, planStage } from "./plan.ts";
import { replicasSchema } from "./schema.ts";

/** Splits traffic by the number of pods behind one Service: no ingress controller, every pod the same. */
export const replicas = defineRouter(replicasSchema, {
  requires: () => [],
  foundationRequires: () => [],
  deployerRules: () => [],
  admission: replicasAdmission,
  // Connections come from clients, or from whichever node their load balancer chose.
  network: () => ({}),
  mostPods: ({ replicas: { total } }) => ({ previous: total, canary: total }),
  onGke: ({ edge }) => clientsAtNodes(edge),
  podSecurity: "restricted",
  selector: applicationSelector,
  edgeHoldsShares: false,
  plan: planStage,
  addressPath: ({ app, namespace }) => servicePath(namespace, app.name),
  edgePaths: ({ app, edge, namespace }) => {
    const preview = edge.previewService === undefined ? [] : [previewName(app.name)];
    return [app.name, ...preview].map((name) => servicePath(namespace, name));
  },
  entrance: () => ({ scheme: "http", host: undefined }),
  live: shareByPods(({ labels }) => (isWaiting(labels) ? 0 : 1)),
  readTraffic: async () => trafficByPods,
  loadEdge: async () => (await import("./edge.ts")).replicasEdge,
});
