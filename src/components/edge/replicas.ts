import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { RouterConfig } from "../../config.ts";
import { canaryShareByPods } from "../../live.ts";
import { countsFor, shareOfCounts } from "../../model/counts.ts";
import type { StagePlan, TrackPlan } from "../../model/plan.ts";
import type { PerTrack } from "../../model/traffic.ts";
import type { EdgeArgs, Router } from "./router.ts";
import { previewName, SKIP_AWAIT, serviceDocument } from "./service.ts";

type ReplicasConfig = RouterConfig<"replicas">;

/** Pods of a canary that waits: its share would give it none. */
const WAITING_PODS = 1;

/** GKE's annotation of a load balancer that only the cluster's own network reaches. */
const INTERNAL = { "networking.gke.io/load-balancer-type": "Internal" };

/** Splits traffic by the number of pods behind one Service: no ingress controller, every pod the same. */
export const replicasRouter: Router<ReplicasConfig> = {
  requires: () => [],
  deployerRules: [],
  plan: planStage,
  canaryShareNow: (live) => canaryShareByPods(live, () => 1),
  addressPath: ({ app, namespace }) => `/api/v1/namespaces/${namespace}/services/${app.name}`,
  podSecurity: "restricted",
  found: async () => [],
  declare: (name, args, options) => new ReplicasEdge(name, args, options),
};

/** The canary runs, but takes no traffic: only the preview entrance shows it. */
const isWaiting = ({ traffic, edge }: ReplicasConfig): boolean =>
  traffic.canary === 0 && edge.previewService !== undefined;

function planStage(config: ReplicasConfig): StagePlan {
  const { app, traffic } = config;
  const effectiveCanary = shareOfCounts(countsFor(traffic, config.replicas.total));
  const selector = { id: app.name };
  const main = { name: app.name, labels: { ...selector, type: "main" }, annotations: {} };
  const canary = { name: `${app.name}-canary`, labels: { ...selector, type: "canary" }, annotations: {} };
  const contents = contentsOf(config);
  return {
    tracks: {
      previous: { ...main, ...contents.previous },
      canary: { ...canary, ...contents.canary },
    },
    intended: traffic,
    effectiveCanary,
    selector,
    serving: isWaiting(config) ? main.labels : selector,
  };
}

/**
 * The main Deployment has the previous version until the canary is to have everything: then it takes the new version
 * with all its pods, and the canary Deployment is empty again.
 */
function contentsOf(
  config: ReplicasConfig,
): PerTrack<Pick<TrackPlan, "version" | "replicas" | "effectiveShare">> {
  const { release, traffic, replicas } = config;
  if (traffic.canary === 100) {
    return {
      previous: { version: release.canary, replicas: replicas.total, effectiveShare: 100 },
      canary: { version: release.canary, replicas: 0, effectiveShare: 0 },
    };
  }
  const { previous, canary } = countsFor(traffic, replicas.total);
  const share = shareOfCounts({ previous, canary });
  return {
    previous: { version: release.previous, replicas: previous, effectiveShare: 100 - share },
    canary: {
      version: release.canary,
      replicas: isWaiting(config) ? WAITING_PODS : canary,
      effectiveShare: share,
    },
  };
}

/** The Service over both Deployments, at an address of its own, and the one that shows the canary version alone. */
export class ReplicasEdge extends pulumi.ComponentResource {
  readonly service: k8s.core.v1.Service;
  /** Undefined without a preview entrance. */
  readonly preview: k8s.core.v1.Service | undefined;

  constructor(name: string, args: EdgeArgs<ReplicasConfig>, options: pulumi.ComponentResourceOptions) {
    super("canary-stages:index:ReplicasEdge", name, {}, options);
    const hooks = { beforeCreate: [args.beforeChange], beforeUpdate: [args.beforeChange] };
    const child = { parent: this, hooks };
    this.service = new k8s.core.v1.Service(name, mainDocument(args), child);
    const preview = previewDocument(args);
    this.preview = preview && new k8s.core.v1.Service(`${name}-preview`, preview, child);
    this.registerOutputs({ service: this.service.metadata.name });
  }
}

function mainDocument({ config, plan, namespace, address }: EdgeArgs<ReplicasConfig>) {
  const { allowedRanges } = config.edge;
  return serviceDocument({
    name: config.app.name,
    config,
    namespace,
    selector: plan.serving,
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
    selector: (previous.version === canary.version ? previous : canary).labels,
    annotations: { ...SKIP_AWAIT, ...(isInternal && INTERNAL) },
    spec: { type: isInternal ? "LoadBalancer" : "ClusterIP" },
  });
}
