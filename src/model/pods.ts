import { type PodMarks, versionOfPod } from "./version.ts";

/** The parts of a Pod, ReplicaSet and Deployment that say how a track is doing: Kubernetes API reference. */
export interface PodLike {
  readonly metadata: ObjectMeta & { readonly deletionTimestamp?: string };
  readonly spec?: { readonly containers?: readonly { readonly image?: string }[] };
  readonly status?: {
    readonly phase?: string;
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly message?: string;
    }[];
    /** Those that run before the application, and sidecars. */
    readonly initContainerStatuses?: readonly ContainerStatus[];
    readonly containerStatuses?: readonly ContainerStatus[];
  };
}

interface ContainerStatus {
  readonly restartCount?: number;
  readonly state?: {
    readonly waiting?: Reason;
    readonly terminated?: Reason & { readonly exitCode?: number };
  };
  /** How it ended before it was started again. */
  readonly lastState?: { readonly terminated?: { readonly finishedAt?: string } };
}

export interface ReplicaSetLike {
  readonly metadata: ObjectMeta;
}

interface ObjectMeta {
  readonly name: string;
  readonly creationTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly { readonly kind: string; readonly name: string }[];
}

interface Reason {
  readonly reason?: string;
  readonly message?: string;
}

/**
 * The part of the traffic that a pod draws against other pods, as its router has it: with weights 75 and 25, two pods
 * share the traffic 75 : 25.
 */
export type WeightOf = (pod: PodMarks) => number;

/** A pod as it is shown. */
export interface Pod {
  readonly name: string;
  readonly image: string;
  readonly version: string;
  /** Ready, and not on its way out: it takes traffic. */
  readonly serving: boolean;
  /** `Running`, `ImagePullBackOff`, `Terminating`, … */
  readonly state: string;
  /** Why it is not ready, where that is said. */
  readonly reason: string | undefined;
  readonly restarts: number;
  /** When one of its containers last ended and was started again, RFC 3339; undefined where that is not known. */
  readonly lastRestart: string | undefined;
  readonly ageSeconds: number;
  /** The part of the traffic that it draws against other pods. */
  readonly weight: number;
}

export interface ReplicaSet {
  readonly name: string;
  readonly revision: string;
  readonly pods: readonly Pod[];
}

const LEAVING = "Terminating";
const REVISION = "deployment.kubernetes.io/revision";

/** ReplicaSets of a Deployment that have pods, newest first, each with its pods. */
export function podTree(
  deployment: string,
  replicaSets: readonly ReplicaSetLike[],
  pods: readonly PodLike[],
  now: Date,
  weightOf: WeightOf,
): ReplicaSet[] {
  return replicaSets
    .filter((set) => isOwnedBy(set.metadata, "Deployment", deployment))
    .map(({ metadata }) => ({
      name: metadata.name,
      revision: metadata.annotations?.[REVISION] ?? "",
      pods: pods
        .filter((pod) => isOwnedBy(pod.metadata, "ReplicaSet", metadata.name))
        .map((pod) => shownPod(pod, now, weightOf)),
    }))
    .filter((set) => set.pods.length > 0)
    .sort((a, b) => Number(b.revision) - Number(a.revision));
}

/**
 * Percent of the traffic that a version gets, by the weights of the pods that serve now; undefined when no pod takes
 * traffic.
 */
export function servingShare(replicaSets: readonly ReplicaSet[], version: string): number | undefined {
  const serving = replicaSets.flatMap((set) => set.pods).filter((pod) => pod.serving);
  const weigh = (pods: readonly Pod[]): number => pods.reduce((sum, pod) => sum + pod.weight, 0);
  const all = weigh(serving);
  return all === 0 ? undefined : (100 * weigh(serving.filter((pod) => pod.version === version))) / all;
}

/** What keeps a pod from taking traffic; undefined when it does, or is on its way out. */
export function podProblem({ name, serving, state, reason }: Pod): string | undefined {
  if (serving || state === LEAVING) return undefined;
  return `Pod ${name}: ${state}${reason ? `, ${reason}` : ""}`;
}

function isOwnedBy({ ownerReferences = [] }: ObjectMeta, kind: string, name: string): boolean {
  return ownerReferences.some((owner) => owner.kind === kind && owner.name === name);
}

function shownPod({ metadata, spec, status }: PodLike, now: Date, weightOf: WeightOf): Pod {
  // An init container that has ended well holds nothing up. The others come first: the application's waits for them.
  const before = (status?.initContainerStatuses ?? []).filter(
    ({ state }) => state?.terminated?.exitCode !== 0,
  );
  const containers = [...before, ...(status?.containerStatuses ?? [])];
  const blocked = containers.map(({ state }) => state?.waiting ?? state?.terminated).find(Boolean);
  const conditionOf = (type: string) => status?.conditions?.find((condition) => condition.type === type);
  const ready = conditionOf("Ready");
  const isReady = ready?.status === "True";
  const image = spec?.containers?.[0]?.image ?? "";
  const isLeaving = metadata.deletionTimestamp !== undefined;
  return {
    name: metadata.name,
    image,
    version: versionOfPod(metadata, image),
    serving: isReady && !isLeaving,
    state: isLeaving ? LEAVING : (blocked?.reason ?? status?.phase ?? "Unknown"),
    reason: isReady
      ? undefined
      : (blocked?.message ?? ready?.message ?? conditionOf("PodScheduled")?.message),
    restarts: containers.reduce((sum, { restartCount = 0 }) => sum + restartCount, 0),
    lastRestart: containers
      .flatMap(({ lastState }) => lastState?.terminated?.finishedAt ?? [])
      .sort()
      .at(-1),
    ageSeconds: Math.max(0, (now.getTime() - Date.parse(metadata.creationTimestamp ?? "")) / 1000 || 0),
    weight: weightOf(metadata),
  };
}
