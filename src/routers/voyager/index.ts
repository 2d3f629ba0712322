import { DECLARE } from "../../components/access.ts";
import { clientsAtNodes } from "../../config/gke-edge.ts";
import { appNames } from "../../model/names.ts";
import { CERTIFICATE_API } from "../certificate-api.ts";
import { defineRouter } from "../define.ts";
import { previewName, servicePath } from "../service-names.ts";
import { shareByPods, trafficByPods } from "../share-by-pods.ts";
import { VOYAGER_API, VOYAGER_GROUP_VERSION } from "./apis.ts";
import { haproxy } from "./applied-share.ts";
import { applicationSelector, planStage } from "./plan.ts";
import { type VoyagerConfig, voyagerSchema } from "./schema.ts";
import { podWeight } from "./weights.ts";

const ingressPath = ({ app, namespace }: VoyagerConfig): string =>
  `/apis/${VOYAGER_GROUP_VERSION}/namespaces/${namespace}/ingresses/${appNames(app.name, namespace).ingress}`;

/** Splits traffic by the weight of each pod, in HAProxy as Voyager configures it. */
export const voyager = defineRouter(voyagerSchema, {
  requires: () => [VOYAGER_API],
  foundationRequires: ({ edge }) => (edge.tls?.issuer ? [CERTIFICATE_API] : []),
  deployerRules: () => [{ apiGroups: ["voyager.appscode.com"], resources: ["ingresses"], verbs: DECLARE }],
  onGke: ({ edge }) => clientsAtNodes(edge),
  // HAProxy's containers, as Voyager makes them, name no security context: the restricted standard turns them away.
  podSecurity: "baseline",
  selector: applicationSelector,
  edgeHoldsShares: false,
  plan: planStage,
  addressPath: ingressPath,
  edgePaths: (config) => {
    const { app, edge, namespace } = config;
    const preview = edge.previewHost === undefined ? [] : [previewName(app.name)];
    const services = [appNames(app.name, namespace).service, ...preview];
    return [ingressPath(config), ...services.map((name) => servicePath(namespace, name))];
  },
  entrance: ({ edge }) => ({ scheme: edge.tls ? "https" : "http", host: edge.host }),
  live: { ...shareByPods(podWeight), dataPlane: haproxy },
  readTraffic: async () => trafficByPods,
  loadEdge: async () => (await import("./edge.ts")).voyagerEdge,
});
