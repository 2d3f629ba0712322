import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { RouterConfig } from "../../config.ts";
import type { RequiredApi } from "../../kubernetes.ts";
import { canaryShareByPods } from "../../live.ts";
import { appNames, type TrackName } from "../../model/names.ts";
import type { StagePlan, TrackPlan } from "../../model/plan.ts";
import { effectiveCanaryShare, type Weights, weightsFor } from "../../model/traffic.ts";
import { podWeight, WEIGHT_ANNOTATION } from "../../model/weights.ts";
import { WRITE } from "../access.ts";
import { CERTIFICATE_API } from "./certificate.ts";
import type { EdgeArgs, Router } from "./router.ts";
import { previewName, SKIP_AWAIT, serviceDocument } from "./service.ts";
import { foundVoyagerEdge } from "./voyager-founding.ts";
import { ingressDocument, VOYAGER_API } from "./voyager-ingress.ts";

const VOYAGER: RequiredApi = {
  groupVersion: VOYAGER_API,
  installation:
    "Install the Voyager operator (chart voyager) in the cluster, or set cluster.voyager in the founding stack.",
};

type VoyagerConfig = RouterConfig<"voyager">;

/**
 * Weight of a canary that waits. The weight is the pod's in every backend, and HAProxy answers 503 where all weights
 * are 0: the preview entrance needs another one. The Service leaves such pods out, so none of their weight counts.
 */
const WAITING_WEIGHT = 1;

/** Splits traffic by the weight of each pod, in HAProxy as Voyager configures it. */
export const voyagerRouter: Router<VoyagerConfig> = {
  requires: ({ cluster, edge }) => [
    // What the stage installs itself is there before the edge is.
    ...(cluster?.voyager ? [] : [VOYAGER]),
    ...(cluster && edge.tls?.issuer ? [CERTIFICATE_API] : []),
  ],
  deployerRules: [{ apiGroups: ["voyager.appscode.com"], resources: ["ingresses"], verbs: WRITE }],
  plan: planStage,
  canaryShareNow: (live) => canaryShareByPods(live, podWeight),
  addressPath: (config) =>
    `/apis/${VOYAGER_API}/namespaces/${config.namespace}/ingresses/${appNames(config.app.name, config.namespace).ingress}`,
  // HAProxy's containers, as Voyager makes them, name no security context: the restricted standard turns them away.
  podSecurity: "baseline",
  found: foundVoyagerEdge,
  declare: (name, args, options) => new VoyagerEdge(name, args, options),
};

function planStage(config: VoyagerConfig): StagePlan {
  const { app, traffic, replicas } = config;
  const shares = weightsFor(traffic, replicas);
  const effectiveCanary = effectiveCanaryShare(replicas, shares);
  const isWaiting = traffic.canary === 0 && config.edge.previewHost !== undefined;
  const weights = isWaiting ? { ...shares, canary: WAITING_WEIGHT } : shares;
  const selector = { app: app.name };
  const tracks = {
    previous: planTrack("previous", `${app.name}-previous`, config, weights, 100 - effectiveCanary),
    canary: planTrack("canary", `${app.name}-new`, config, weights, effectiveCanary),
  };
  return {
    tracks,
    intended: traffic,
    effectiveCanary,
    selector,
    serving: isWaiting ? tracks.previous.labels : selector,
  };
}

function planTrack(
  track: TrackName,
  name: string,
  config: VoyagerConfig,
  weights: Weights,
  effectiveShare: number,
): TrackPlan {
  return {
    name,
    version: config.release[track],
    replicas: config.replicas[track],
    labels: { app: config.app.name, track },
    annotations: { [WEIGHT_ANNOTATION]: String(weights[track]) },
    effectiveShare,
  };
}

/** The Service over both tracks, one over the canary alone for the preview entrance, and the Voyager Ingress. */
export class VoyagerEdge extends pulumi.ComponentResource {
  readonly service: k8s.core.v1.Service;
  /** Undefined without a preview entrance. */
  readonly preview: k8s.core.v1.Service | undefined;
  readonly ingress: k8s.apiextensions.CustomResource;

  constructor(name: string, args: EdgeArgs<VoyagerConfig>, options: pulumi.ComponentResourceOptions) {
    super("canary-stages:index:VoyagerEdge", name, {}, options);
    const child = { parent: this };
    const hooks = { beforeCreate: [args.beforeChange], beforeUpdate: [args.beforeChange] };
    this.service = new k8s.core.v1.Service(name, mainDocument(args), { ...child, hooks });
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
    selector: plan.serving,
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
    selector: plan.tracks.canary.labels,
    annotations: ANNOTATIONS,
    spec: { type: "ClusterIP" },
  });
}
