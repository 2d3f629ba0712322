import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { AppConfig } from "../config/app.ts";
import { contentName, imageReference } from "../model/names.ts";
import type { TrackPlan } from "../model/plan.ts";
import { progressDeadlineSeconds } from "../model/rollout.ts";
import { MAX_SURGE } from "../model/transition.ts";
import { applicationMetadata } from "./metadata.ts";

export interface TrackArgs {
  readonly app: AppConfig;
  readonly plan: TrackPlan;
  readonly namespace: pulumi.Input<string>;
  /** Awaited before the Deployment is created or changed, not in a preview; what it throws stops the update. */
  readonly beforeChange?: (() => Promise<void>) | undefined;
  /** Keeps `pulumi destroy` from taking the Deployment down. */
  readonly protect: boolean;
}

const CONTENT_VOLUME = "content";

/**
 * What depends on a rollout waits for it by itself (`beforeChange`): the provider's own wait can end on an old status,
 * and would hold up the way back from a canary that is broken.
 */
const SKIP_AWAIT = { "pulumi.com/skipAwait": "true" };
const UNPRIVILEGED_PORTS_FROM = 1024;

/** One of the two Deployments that share the traffic, with its content. */
export class Track extends pulumi.ComponentResource {
  readonly deployment: k8s.apps.v1.Deployment;
  /** Undefined when the application has no content file. */
  readonly content: k8s.core.v1.ConfigMap | undefined;

  constructor(name: string, args: TrackArgs, options: pulumi.ComponentResourceOptions) {
    super("canary-stages:index:Track", name, {}, options);
    const content = contentDocument(args);
    this.content = content && new k8s.core.v1.ConfigMap(`${name}-content`, content, { parent: this });
    const hooks = args.beforeChange && {
      beforeCreate: [args.beforeChange],
      beforeUpdate: [args.beforeChange],
    };
    this.deployment = new k8s.apps.v1.Deployment(name, deploymentDocument(args), {
      parent: this,
      protect: args.protect,
      ...(this.content && { dependsOn: this.content }),
      ...(hooks && { hooks }),
    });
    new k8s.policy.v1.PodDisruptionBudget(`${name}-budget`, budgetDocument(args), { parent: this });
    this.registerOutputs({ deployment: this.deployment.metadata.name });
  }
}

function contentText({ app, plan }: TrackArgs): string | undefined {
  return app.content?.text.replaceAll("{version}", plan.version);
}

/** Immutable and named by its content: what running pods have mounted never changes under them. */
export function contentDocument(args: TrackArgs): k8s.core.v1.ConfigMapArgs | undefined {
  const text = contentText(args);
  if (text === undefined) return undefined;
  return {
    metadata: applicationMetadata(contentName(args.plan.name, text), args.namespace, {
      labels: args.plan.identity,
    }),
    immutable: true,
    data: { index: text },
  };
}

/** The Deployment: nothing unavailable while it rolls, probed, drained, and as restricted as the cluster enforces. */
export function deploymentDocument(args: TrackArgs): k8s.apps.v1.DeploymentArgs {
  const { app, plan, namespace } = args;
  return {
    metadata: applicationMetadata(plan.name, namespace, { labels: plan.identity, annotations: SKIP_AWAIT }),
    spec: {
      replicas: plan.replicas,
      ...(app.minReadySeconds > 0 && { minReadySeconds: app.minReadySeconds }),
      revisionHistoryLimit: 2,
      progressDeadlineSeconds: progressDeadlineSeconds(app),
      selector: { matchLabels: plan.identity },
      strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: MAX_SURGE, maxUnavailable: 0 } },
      template: {
        metadata: { labels: plan.labels, annotations: plan.annotations },
        spec: podSpec(args),
      },
    },
  };
}

function podSpec(args: TrackArgs): k8s.types.input.core.v1.PodSpec {
  const { app, plan } = args;
  return {
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    ...(app.pullSecret !== undefined && { imagePullSecrets: [{ name: app.pullSecret }] }),
    terminationGracePeriodSeconds: app.drainSeconds + 10,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: app.runAsUser,
      runAsGroup: app.runAsUser,
      fsGroup: app.runAsUser,
      seccompProfile: { type: "RuntimeDefault" },
      ...(app.port < UNPRIVILEGED_PORTS_FROM && {
        sysctls: [{ name: "net.ipv4.ip_unprivileged_port_start", value: "0" }],
      }),
    },
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: "kubernetes.io/hostname",
        whenUnsatisfiable: "ScheduleAnyway",
        labelSelector: { matchLabels: plan.identity },
      },
    ],
    containers: [container(args)],
    volumes: [
      ...contentVolumes(args),
      ...app.writablePaths.map((_, index) => ({ name: `writable-${index}`, emptyDir: {} })),
    ],
  };
}

function container(args: TrackArgs): k8s.types.input.core.v1.Container {
  const { app, plan } = args;
  const probe = { httpGet: { path: app.probePath, port: "http" }, periodSeconds: 1, timeoutSeconds: 2 };
  return {
    name: app.name,
    image: imageReference(app.image, plan.version),
    imagePullPolicy: "IfNotPresent",
    ports: [{ name: "http", containerPort: app.port, protocol: "TCP" }],
    resources: app.resources,
    startupProbe: { ...probe, failureThreshold: app.startSeconds },
    readinessProbe: { ...probe, failureThreshold: 2 },
    // The pod serves on while the edge learns that it leaves, and until what it has begun is done.
    lifecycle: { preStop: { sleep: { seconds: app.drainSeconds } } },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    },
    volumeMounts: [
      ...(app.content
        ? [{ name: CONTENT_VOLUME, mountPath: app.content.path, subPath: "index", readOnly: true }]
        : []),
      ...app.writablePaths.map((mountPath, index) => ({ name: `writable-${index}`, mountPath })),
    ],
  };
}

function contentVolumes(args: TrackArgs): k8s.types.input.core.v1.Volume[] {
  const text = contentText(args);
  if (text === undefined) return [];
  return [{ name: CONTENT_VOLUME, configMap: { name: contentName(args.plan.name, text) } }];
}

/** A drained node takes one pod of a track at a time; a single pod does not hold the drain up. */
function budgetDocument({ plan, namespace }: TrackArgs): k8s.policy.v1.PodDisruptionBudgetArgs {
  return {
    metadata: applicationMetadata(plan.name, namespace, { labels: plan.identity }),
    spec: { maxUnavailable: 1, selector: { matchLabels: plan.identity } },
  };
}
