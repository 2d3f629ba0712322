/** Name of the port that is served. */
export const SERVED_PORT = "http";

/** The parts of a PodSpec that decide whether a pod keeps what is promised of it: Kubernetes API reference, core/v1. */
export interface PodSpec {
  readonly containers: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly volumes?: readonly Volume[];
  readonly securityContext?: SecurityContext & { readonly sysctls?: readonly { readonly name: string }[] };
  readonly terminationGracePeriodSeconds?: number;
  readonly restartPolicy?: string;
  readonly activeDeadlineSeconds?: number;
  readonly nodeName?: string;
  readonly hostNetwork?: boolean;
  readonly hostPID?: boolean;
  readonly hostIPC?: boolean;
  readonly ephemeralContainers?: readonly Container[];
  readonly schedulingGates?: readonly unknown[];
}

export interface Container {
  readonly name: string;
  readonly image?: string;
  readonly ports?: readonly ContainerPort[];
  readonly readinessProbe?: Probe;
  readonly livenessProbe?: Probe;
  readonly startupProbe?: Probe;
  readonly lifecycle?: {
    readonly preStop?: { readonly sleep?: { readonly seconds?: number } } & Readonly<Record<string, unknown>>;
    readonly postStart?: Readonly<Record<string, unknown>>;
  };
  readonly securityContext?: SecurityContext;
  readonly resources?: { readonly limits?: Readonly<Record<string, unknown>> };
}

export interface ContainerPort {
  readonly name?: string;
  readonly containerPort: number;
  readonly protocol?: string;
  readonly hostPort?: number;
}

export type Probe = Readonly<Record<string, unknown>>;

export type Volume = { readonly name: string } & Readonly<Record<string, unknown>>;

/** Of a pod, or of a container, whose own goes before the pod's. */
export interface SecurityContext {
  readonly runAsNonRoot?: boolean;
  readonly runAsUser?: number;
  readonly privileged?: boolean;
  readonly allowPrivilegeEscalation?: boolean;
  readonly capabilities?: { readonly add?: readonly string[]; readonly drop?: readonly string[] };
  readonly seccompProfile?: { readonly type?: string };
  readonly appArmorProfile?: { readonly type?: string };
  readonly procMount?: string;
  readonly seLinuxOptions?: { readonly type?: string; readonly user?: string; readonly role?: string };
  readonly windowsOptions?: { readonly hostProcess?: boolean };
}

/** A place in a pod where something is wrong, and what is. */
export interface PodProblem {
  /** `containers[shop].securityContext.privileged` */
  readonly path: string;
  /** What stands there; undefined where nothing does. */
  readonly value: unknown;
  /** What it has to be. */
  readonly message: string;
}

/** Every container of a pod, with the path of its list. */
export function placedContainers(pod: PodSpec): readonly (readonly [path: string, container: Container])[] {
  return (["initContainers", "containers"] as const).flatMap((list) =>
    (pod[list] ?? []).map((container) => [`${list}[${container.name}]`, container] as const),
  );
}
