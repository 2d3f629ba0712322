import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { beforeChange } from "../../components/hooks.ts";
import { SKIP_AWAIT } from "../../components/metadata.ts";
import type { Edge, EdgeArgs } from "../router.ts";
import { serviceDocument } from "../service.ts";
import { previewName } from "../service-names.ts";
import { SERVING } from "../waiting.ts";
import { INTERNAL } from "./internal.ts";
import type { ReplicasConfig } from "./schema.ts";

export const replicasEdge: Edge<ReplicasConfig> = {
  declareFoundation: async () => undefined,
  declare: (name, args, options) => new ReplicasEdge(name, args, options),
};

/** The Service over both Deployments, at an address of its own, and the one that shows the canary version alone. */
export class ReplicasEdge extends pulumi.ComponentResource {
  readonly service: k8s.core.v1.Service;
  /** Undefined without a preview entrance. */
  readonly preview: k8s.core.v1.Service | undefined;

  constructor(name: string, args: EdgeArgs<ReplicasConfig>, options: pulumi.ComponentResourceOptions) {
    super("canary-stages:index:ReplicasEdge", name, {}, options);
    const child = { parent: this };
    this.service = new k8s.core.v1.Service(name, mainDocument(args), child);
    const preview = previewDocument(args);
    this.preview =
      preview &&
      new k8s.core.v1.Service(`${name}-preview`, preview, { ...child, ...beforeChange(args.beforeChange) });
    this.registerOutputs({ service: this.service.metadata.name });
  }
}

function mainDocument({ config, plan, namespace, address }: EdgeArgs<ReplicasConfig>) {
  const { allowedRanges } = config.edge;
  return serviceDocument({
    name: config.app.name,
    config,
    namespace,
    selector: { ...plan.selector, ...(config.edge.previewService !== undefined && SERVING) },
    // Some clusters (kind, minikube) never give an address: an update must not wait for one. The command does.
    annotations: SKIP_AWAIT,
    spec: {
      type: "LoadBalancer",
      ...(address !== undefined && { loadBalancerIP: address }),
      ...(allowedRanges && { loadBalancerSourceRanges: allowedRanges }),
    },
  });
}

/** Selects whichever Deployment has the canary version: in the last stage, the main one. */
function previewDocument({ config, plan, namespace }: EdgeArgs<ReplicasConfig>) {
  const { previewService } = config.edge;
  if (previewService === undefined) return undefined;
  const { previous, canary } = plan.tracks;
  const isInternal = previewService === "InternalLoadBalancer";
  return serviceDocument({
    name: previewName(config.app.name),
    config,
    namespace,
    selector: (previous.version === canary.version ? previous : canary).identity,
    annotations: { ...SKIP_AWAIT, ...(isInternal && INTERNAL) },
    spec: { type: isInternal ? "LoadBalancer" : "ClusterIP" },
  });
}
