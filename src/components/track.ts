import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { secretName } from "../model/names.ts";
import { progressDeadlineSeconds } from "../model/rollout.ts";
import { MAX_SURGE } from "../model/transition.ts";
import { autoscalerDocument } from "./autoscaler.ts";
import { beforeChange, inOrder } from "./hooks.ts";
import { applicationMetadata, SKIP_AWAIT } from "./metadata.ts";
import type { PodArgs } from "./pod/args.ts";
import { contentOf, immutableContent } from "./pod/content.ts";
import { podSpec } from "./pod/pod.ts";

export interface TrackArgs extends PodArgs {
  readonly namespace: pulumi.Input<string>;
  /** Awaited before the Deployment is created or changed, not in a preview; what it throws stops the update. */
  readonly beforeChange?: (() => Promise<void>) | undefined;
  /** Awaited after that, before the Deployment alone: its count may go to an autoscaler, or come back from one. */
  readonly handOver?: (() => Promise<void>) | undefined;
}

/** One of the two Deployments that share the traffic, with its files and secrets. */
export class Track extends pulumi.ComponentResource {
  readonly deployment: k8s.apps.v1.Deployment;
  /** Undefined when the application has no files. */
  readonly content: k8s.core.v1.ConfigMap | undefined;
  /** Undefined when the application has no secrets of the project. */
  readonly secrets: k8s.core.v1.Secret | undefined;

  constructor(name: string, args: TrackArgs, options: pulumi.ComponentResourceOptions) {
    super("canary-stages:index:Track", name, {}, options);
    const content = contentDocument(args);
    this.content = content && new k8s.core.v1.ConfigMap(`${name}-content`, content, { parent: this });
    const secrets = secretDocument(args);
    // The deployer may not list Secrets, which is how the provider would wait for one to be gone.
    this.secrets =
      secrets && new k8s.core.v1.Secret(`${name}-secrets`, secrets, { parent: this, retainOnDelete: true });
    const mounted = [this.content, this.secrets].filter((object) => object !== undefined);
    this.deployment = new k8s.apps.v1.Deployment(name, deploymentDocument(args), {
      parent: this,
      ...(mounted.length > 0 && { dependsOn: mounted }),
      ...beforeChange(inOrder(args.beforeChange, args.handOver)),
    });
    const autoscaler = autoscalerDocument(args);
    if (autoscaler) {
      new k8s.autoscaling.v2.HorizontalPodAutoscaler(`${name}-autoscaler`, autoscaler, {
        parent: this,
        dependsOn: this.deployment,
        ...beforeChange(args.beforeChange),
      });
    }
    new k8s.policy.v1.PodDisruptionBudget(`${name}-budget`, budgetDocument(args), { parent: this });
    this.registerOutputs({ deployment: this.deployment.metadata.name });
  }
}

/** Immutable and named by its content: what running pods have mounted never changes under them. */
export function contentDocument(args: TrackArgs): k8s.core.v1.ConfigMapArgs | undefined {
  const content = contentOf(args);
  if (!content) return undefined;
  return {
    metadata: applicationMetadata(content.name, args.namespace, { labels: args.plan.identity }),
    ...immutableContent(content),
  };
}

/** As the content, but its values are Pulumi secrets, and the hash in its name is keyed. */
export function secretDocument({
  plan,
  namespace,
  secrets,
}: Pick<TrackArgs, "plan" | "namespace" | "secrets">): k8s.core.v1.SecretArgs | undefined {
  if (!secrets) return undefined;
  const { values, hashKey } = secrets;
  const data = Object.entries(values).map(([key, value]) => [key, Buffer.from(value).toString("base64")]);
  return {
    metadata: applicationMetadata(secretName(plan.name, values, hashKey), namespace, {
      labels: plan.identity,
    }),
    immutable: true,
    type: "Opaque",
    data: pulumi.secret(Object.fromEntries(data)),
  };
}

/** The Deployment: nothing unavailable while it rolls, probed, drained, and as restricted as the cluster enforces. */
export function deploymentDocument(args: TrackArgs): k8s.apps.v1.DeploymentArgs {
  const { app, plan, namespace } = args;
  const annotations = { ...app.annotations, ...plan.annotations };
  return {
    metadata: applicationMetadata(plan.name, namespace, { labels: plan.identity, annotations: SKIP_AWAIT }),
    spec: {
      // What an autoscaler changes is not declared: the next stage would take it back.
      ...(!plan.autoscaling && { replicas: plan.replicas }),
      ...(app.minReadySeconds > 0 && { minReadySeconds: app.minReadySeconds }),
      revisionHistoryLimit: 2,
      progressDeadlineSeconds: progressDeadlineSeconds(app),
      selector: { matchLabels: plan.identity },
      strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: MAX_SURGE, maxUnavailable: 0 } },
      template: {
        metadata: {
          labels: { ...app.labels, ...plan.labels },
          // An empty map would stand in the plan that a preview makes, and not in the update that is held against it.
          ...(Object.keys(annotations).length > 0 && { annotations }),
        },
        spec: podSpec(args),
      },
    },
  };
}

/** A drained node takes one pod of a track at a time; a single pod does not hold the drain up. */
function budgetDocument({ plan, namespace }: TrackArgs): k8s.policy.v1.PodDisruptionBudgetArgs {
  return {
    metadata: applicationMetadata(plan.name, namespace, { labels: plan.identity }),
    spec: { maxUnavailable: 1, selector: { matchLabels: plan.identity } },
  };
}
