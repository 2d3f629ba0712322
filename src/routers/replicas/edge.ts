import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { EdgeArgs, Router } from "../router.ts";
import { previewName, SKIP_AWAIT, serviceDocument } from "../service.ts";
import { SERVING } from "../voyager/weights.ts";
import { type ReplicasConfig, replicasPlanner } from "./plan.ts";

/** GKE's annotation of a load balancer that only the cluster's own network reaches. */
const INTERNAL = { "networking.gke.io/load-balancer-type": "Internal" };

/** Splits traffic by the number of pods behind one Service: no ingress controller, every pod the same. */
export const replicasRouter: Router<ReplicasConfig> = {
  requires: () => [],
  deployerRules: [],
  ...replicasPlanner,
  podSecurity: "restricted",
  found: async () => [],
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
    const hooks = { beforeCreate: [args.beforeChange], beforeUpdate: [args.beforeChange] };
    this.preview = preview && new k8s.core.v1.Service(`${name}-preview`, preview, { ...child, hooks });
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
    // Some clusters (kind, minikube) never give an address; whoever needs one waits for it.
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
