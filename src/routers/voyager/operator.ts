import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { ControllerConfig } from "./controller.ts";

export interface VoyagerArgs {
  readonly config: ControllerConfig;
  /** Voyager's name of the cloud that the cluster is in; empty for none. */
  readonly cloudProvider: string;
  /** Text of the licence; undefined when there is none yet. */
  readonly license: string | undefined;
  /** Namespace of the Ingress, where HAProxy's pods are. */
  readonly namespace: pulumi.Input<string>;
  /** Name of the Ingress that HAProxy runs for. */
  readonly ingress: string;
}

const CHART = "oci://ghcr.io/appscode-charts/voyager";
const NAMESPACE = "voyager";
const INSTALL_SECONDS = 300;

/**
 * The Voyager operator, from its chart. Helm waits until the cluster serves the chart's CRDs before it goes on, so an
 * Ingress that depends on this finds its API.
 */
export class Voyager extends pulumi.ComponentResource {
  readonly release: k8s.helm.v3.Release;

  constructor(name: string, args: VoyagerArgs, options: pulumi.ComponentResourceOptions) {
    super("canary-stages:index:Voyager", name, {}, options);
    this.release = new k8s.helm.v3.Release(name, releaseDocument(args), { parent: this });
    new k8s.policy.v1.PodDisruptionBudget(`${name}-haproxy`, haproxyBudgetDocument(args), { parent: this });
    this.registerOutputs({ version: this.release.status.version });
  }
}

/** Without a licence the operator does not become ready, so that is not waited for; otherwise it is. */
export function releaseDocument(args: VoyagerArgs): k8s.helm.v3.ReleaseArgs {
  const licensed = args.license !== undefined;
  return {
    name: "voyager",
    chart: CHART,
    version: args.config.version,
    namespace: NAMESPACE,
    createNamespace: true,
    timeout: INSTALL_SECONDS,
    skipAwait: !licensed,
    // A failed upgrade goes back to what ran before.
    atomic: licensed,
    cleanupOnFail: true,
    maxHistory: 5,
    values: valuesOf(args),
  };
}

/** The chart's values. It has no switch for RBAC: it always makes what its service account needs. */
function valuesOf({ config, cloudProvider, license }: VoyagerArgs) {
  return {
    cloudProvider: config.cloudProvider ?? cloudProvider,
    ...(license !== undefined && { license: pulumi.secret(license) }),
    // More than one operator is not supported; HAProxy's replicas are the Ingress's.
    replicaCount: 1,
    operator: { resources: config.resources },
    apiserver: { healthcheck: { enabled: true } },
  };
}

/** A drained node takes one HAProxy pod at a time: Voyager makes the pods and their labels, and no budget. */
function haproxyBudgetDocument({ namespace, ingress }: VoyagerArgs): k8s.policy.v1.PodDisruptionBudgetArgs {
  return {
    metadata: { name: `voyager-${ingress}`, namespace },
    spec: {
      maxUnavailable: 1,
      selector: { matchLabels: { origin: "voyager", "origin-name": ingress } },
    },
  };
}
