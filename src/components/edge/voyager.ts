import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Config } from "../../config.ts";
import type { RequiredApi } from "../../kubernetes.ts";
import { appNames, type TrackName } from "../../model/names.ts";
import type { StagePlan, TrackPlan } from "../../model/plan.ts";
import { effectiveCanaryShare, type Weights, weightsFor } from "../../model/traffic.ts";
import { WRITE } from "../access.ts";
import { applicationMetadata } from "../metadata.ts";
import { CERTIFICATE_API } from "./certificate.ts";
import type { EdgeArgs, Router } from "./router.ts";
import { foundVoyagerEdge } from "./voyager-founding.ts";
import { ingressDocument, VOYAGER_API } from "./voyager-ingress.ts";

/** Voyager reads it from every pod into HAProxy's `server … weight N`. */
export const WEIGHT_ANNOTATION = "ingress.appscode.com/backend-weight";

const VOYAGER: RequiredApi = {
  groupVersion: VOYAGER_API,
  installation:
    "Install the Voyager operator (chart voyager) in the cluster, or set cluster.voyager in the founding stack.",
};

const SERVICE_PORT = 80;

/** Splits traffic by the weight of each pod, in HAProxy as Voyager configures it. */
export const voyagerRouter: Router = {
  requires: ({ cluster, edge }) => [
    // What the stage installs itself is there before the edge is.
    ...(cluster?.voyager ? [] : [VOYAGER]),
    ...(cluster && edge.tls?.issuer ? [CERTIFICATE_API] : []),
  ],
  deployerRules: [{ apiGroups: ["voyager.appscode.com"], resources: ["ingresses"], verbs: WRITE }],
  plan: planStage,
  podWeight,
  addressPath: (config) =>
    `/apis/${VOYAGER_API}/namespaces/${config.namespace}/ingresses/${appNames(config.app.name, config.namespace).ingress}`,
  // HAProxy's containers, as Voyager makes them, name no security context: the restricted standard turns them away.
  podSecurity: "baseline",
  found: foundVoyagerEdge,
  declare: (name, args, options) => new VoyagerEdge(name, args, options),
};

function planStage(config: Config): StagePlan {
  const weights = weightsFor(config.traffic, config.replicas);
  const effectiveCanary = effectiveCanaryShare(config.replicas, weights);
  return {
    tracks: {
      previous: planTrack("previous", `${config.app.name}-previous`, config, weights, 100 - effectiveCanary),
      canary: planTrack("canary", `${config.app.name}-new`, config, weights, effectiveCanary),
    },
    intended: config.traffic,
    effectiveCanary,
    selector: { app: config.app.name },
  };
}

/** HAProxy's weight of a pod: 1 without the annotation, and 0 for what is no whole number, as Voyager does it. */
function podWeight(annotations: Readonly<Record<string, string>>): number {
  const weight = annotations[WEIGHT_ANNOTATION] ?? "1";
  return /^\d+$/.test(weight) ? Number(weight) : 0;
}

function planTrack(
  track: TrackName,
  name: string,
  config: Config,
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

/** The Service over both tracks and the Voyager Ingress in front of it. */
export class VoyagerEdge extends pulumi.ComponentResource {
  readonly service: k8s.core.v1.Service;
  readonly ingress: k8s.apiextensions.CustomResource;

  constructor(name: string, args: EdgeArgs, options: pulumi.ComponentResourceOptions) {
    super("canary-stages:index:VoyagerEdge", name, {}, options);
    const child = { parent: this };
    this.service = new k8s.core.v1.Service(name, serviceDocument(args), child);
    this.ingress = new k8s.apiextensions.CustomResource(
      `${name}-ingress`,
      ingressDocument(args, SERVICE_PORT),
      {
        ...child,
        dependsOn: this.service,
      },
    );
    this.registerOutputs({ service: this.service.metadata.name, ingress: this.ingress.metadata.name });
  }
}

function serviceDocument({ config, plan, namespace }: EdgeArgs): k8s.core.v1.ServiceArgs {
  const { service } = appNames(config.app.name, config.namespace);
  return {
    metadata: applicationMetadata(service, namespace, {
      annotations: {
        // HAProxy finds out by itself about a pod that died before Kubernetes says so.
        "ingress.appscode.com/check": "true",
        // Its endpoints are waited for with the Deployments.
        "pulumi.com/skipAwait": "true",
      },
    }),
    spec: {
      type: "ClusterIP",
      selector: plan.selector,
      ports: [{ name: "http", port: SERVICE_PORT, targetPort: config.app.port, protocol: "TCP" }],
    },
  };
}
