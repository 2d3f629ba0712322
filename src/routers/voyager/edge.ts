import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { SKIP_AWAIT } from "../../components/metadata.ts";
import { appNames } from "../../model/names.ts";
import type { Edge, EdgeArgs } from "../router.ts";
import { serviceDocument } from "../service.ts";
import { previewName } from "../service-names.ts";
import { SERVING } from "../waiting.ts";
import { SERVICE_ANNOTATIONS } from "./forms.ts";
import { declareFoundation } from "./foundation.ts";
import { ingressDocument } from "./ingress.ts";
import type { VoyagerConfig, VoyagerFoundation } from "./schema.ts";

export const voyagerEdge: Edge<VoyagerConfig, VoyagerFoundation> = {
  declareFoundation,
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

const ANNOTATIONS = { ...SKIP_AWAIT, ...SERVICE_ANNOTATIONS };

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
