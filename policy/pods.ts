/** The parts of a container that the rules look at. */
export interface Container {
  readonly name?: string;
  readonly image?: string;
  readonly resources?: { readonly limits?: Readonly<Record<string, unknown>> };
  readonly securityContext?: { readonly privileged?: boolean; readonly allowPrivilegeEscalation?: boolean };
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
}

/** The parts of a pod's specification that the rules look at. */
export interface PodSpec {
  readonly hostNetwork?: boolean;
  readonly hostPID?: boolean;
  readonly hostIPC?: boolean;
  readonly containers?: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly volumes?: readonly { readonly name: string; readonly hostPath?: unknown }[];
}

/** Inputs of a resource, as the engine hands them to a policy. */
export type Inputs = Readonly<Record<string, unknown>>;

const IN_TEMPLATE = /^kubernetes:(apps|batch)\/v1:(Deployment|StatefulSet|DaemonSet|ReplicaSet|Job)$/;

interface Workload {
  readonly spec?: {
    readonly template?: { readonly spec?: PodSpec };
    readonly jobTemplate?: { readonly spec?: { readonly template?: { readonly spec?: PodSpec } } };
  };
}

/** What a resource's pods are to be; undefined for a resource that makes none. */
export function podSpecOf(type: string, inputs: Inputs): PodSpec | undefined {
  if (type === "kubernetes:core/v1:Pod") return inputs.spec as PodSpec | undefined;
  const { spec } = inputs as Workload;
  if (IN_TEMPLATE.test(type)) return spec?.template?.spec;
  if (type === "kubernetes:batch/v1:CronJob") return spec?.jobTemplate?.spec?.template?.spec;
  return undefined;
}

/**
 * How many pods a resource has at least; undefined for one that does not say. A Deployment without a count has an
 * autoscaler, which does.
 */
export function leastPods(type: string, inputs: Inputs): number | undefined {
  const { replicas, minReplicas = 1 } = (inputs.spec ?? {}) as { replicas?: number; minReplicas?: number };
  if (type === "kubernetes:apps/v1:Deployment") return replicas;
  return type === "kubernetes:autoscaling/v2:HorizontalPodAutoscaler" ? minReplicas : undefined;
}

/** Every container of a pod, those that only start it too. */
export function containersOf({ containers = [], initContainers = [] }: PodSpec): readonly Container[] {
  return [...initContainers, ...containers];
}
