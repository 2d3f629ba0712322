import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { RequiredApi } from "../../cluster/api.ts";
import { DECLARE } from "../../components/access.ts";
import { appNames } from "../../model/names.ts";
import type { EdgeArgs, Router } from "../router.ts";
import { previewName, SKIP_AWAIT, serviceDocument } from "../service.ts";
import { CERTIFICATE_API } from "./certificate.ts";
import { foundVoyagerEdge } from "./foundation.ts";
import { ingressDocument } from "./ingress.ts";
import { VOYAGER_API, type VoyagerConfig, voyagerPlanner } from "./plan.ts";
import { SERVING } from "./weights.ts";

const VOYAGER: RequiredApi = {
  groupVersion: VOYAGER_API,
  installation:
    "Install the Voyager operator (chart voyager) in the cluster, or set cluster.voyager in the founding stack.",
};

/** Splits traffic by the weight of each pod, in HAProxy as Voyager configures it. */
export const voyagerRouter: Router<VoyagerConfig> = {
  requires: ({ cluster, edge }) => [
    // What the stage installs itself is there before the edge is.
    ...(cluster?.voyager ? [] : [VOYAGER]),
    ...(cluster && edge.tls?.issuer ? [CERTIFICATE_API] : []),
  ],
  deployerRules: [{ apiGroups: ["voyager.appscode.com"], resources: ["ingresses"], verbs: DECLARE }],
  ...voyagerPlanner,
  // HAProxy's containers, as Voyager makes them, name no security context: the restricted standard turns them away.
  podSecurity: "baseline",
  found: foundVoyagerEdge,
  declare: (name, args, options) => new VoyagerEdge(name, args, options),
};

/** The Service over both tracks, one over the canary alone for the preview entrance, and the Voyager Ingress. */
export class VoyagerEdge extends pulumi.ComponentResource {
  readonly service: k8s.core.v1.Service;
  /** Undefined without a preview entrance. */
  readonly preview: k8s.core.v1.Service | undefined;
  readonly ingress: k8s.apiextensions.CustomResource;

  constructor(name: string, args: EdgeArgs<VoyagerConfig>, options: pulumi.ComponentResourceOptions) {
    super("canary-stages:index:VoyagerEdge", name, {}, options);
    const child = { parent: this };
    this.service = new k8s.core.v1.Service(name, mainDocument(args), child);
    const preview = previewDocument(args);
    this.preview = preview && new k8s.core.v1.Service(`${name}-preview`, preview, child);
    const services = this.preview ? [this.service, this.preview] : [this.service];
    this.ingress = new k8s.apiextensions.CustomResource(`${name}-ingress`, ingressDocument(args), {
      ...child,
      dependsOn: services,
    });
    this.registerOutputs({ service: this.service.metadata.name, ingress: this.ingress.metadata.name });
  }
}

// HAProxy finds out by itself about a pod that died before Kubernetes says so.
const ANNOTATIONS = { ...SKIP_AWAIT, "ingress.appscode.com/check": "true" };

function mainDocument({ config, plan, namespace }: EdgeArgs<VoyagerConfig>): k8s.core.v1.ServiceArgs {
  return serviceDocument({
    name: appNames(config.app.name, config.namespace).service,
    config,
    namespace,
    selector: { ...plan.selector, ...(config.edge.previewHost !== undefined && SERVING) },
    annotations: ANNOTATIONS,
    spec: { type: "ClusterIP" },
  });
}

function previewDocument({ config, plan, namespace }: EdgeArgs<VoyagerConfig>) {
  if (config.edge.previewHost === undefined) return undefined;
  return serviceDocument({
    name: previewName(config.app.name),
    config,
    namespace,
    selector: plan.tracks.canary.identity,
    annotations: ANNOTATIONS,
    spec: { type: "ClusterIP" },
  });
}
