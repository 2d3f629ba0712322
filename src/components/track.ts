import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { AppConfig } from "../config/app.ts";
import { contentName } from "../model/names.ts";
import type { TrackPlan } from "../model/plan.ts";
import { progressDeadlineSeconds } from "../model/rollout.ts";
import { MAX_SURGE } from "../model/transition.ts";
import { beforeChange } from "./hooks.ts";
import { applicationMetadata, SKIP_AWAIT } from "./metadata.ts";
import { contentText, podSpec } from "./pod.ts";

export interface TrackArgs {
  readonly app: AppConfig;
  readonly plan: TrackPlan;
  readonly namespace: pulumi.Input<string>;
  /** Awaited before the Deployment is created or changed, not in a preview; what it throws stops the update. */
  readonly beforeChange?: (() => Promise<void>) | undefined;
}

/** One of the two Deployments that share the traffic, with its content. */
export class Track extends pulumi.ComponentResource {
  readonly deployment: k8s.apps.v1.Deployment;
  /** Undefined when the application has no content file. */
  readonly content: k8s.core.v1.ConfigMap | undefined;

  constructor(name: string, args: TrackArgs, options: pulumi.ComponentResourceOptions) {
    super("canary-stages:index:Track", name, {}, options);
    const content = contentDocument(args);
    this.content = content && new k8s.core.v1.ConfigMap(`${name}-content`, content, { parent: this });
    this.deployment = new k8s.apps.v1.Deployment(name, deploymentDocument(args), {
      parent: this,
      ...(this.content && { dependsOn: this.content }),
      ...beforeChange(args.beforeChange),
    });
    new k8s.policy.v1.PodDisruptionBudget(`${name}-budget`, budgetDocument(args), { parent: this });
    this.registerOutputs({ deployment: this.deployment.metadata.name });
  }
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
        metadata: {
          labels: plan.labels,
          // An empty map would stand in the plan that a preview makes, and not in the update that is held against it.
          ...(Object.keys(plan.annotations).length > 0 && { annotations: plan.annotations }),
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
