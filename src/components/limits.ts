import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { AppConfig } from "../config/app.ts";
import { cpuText, memoryText, quantityOf } from "../model/kubernetes/quantity.ts";
import type { PerTrack } from "../model/traffic.ts";
import { surgeOf } from "../model/transition.ts";
import { applicationMetadata } from "./metadata.ts";
import { terminationSeconds } from "./pod/pod.ts";
import { type PodsOfApp, podsOf } from "./pod/pods-of.ts";

type Amounts = Readonly<Record<"cpu" | "memory", number>>;
type Texts = Readonly<Record<"cpu" | "memory", string>>;

/** What a container asks for and what it is limited to. */
export interface Resources {
  readonly requests: Texts;
  readonly limits: Texts;
}

/** The pods that an edge has in the application's namespace. */
export interface EdgePods {
  readonly count: number;
  /** Of each; undefined where its containers say nothing. */
  readonly resources: Resources | undefined;
}

export interface LimitsArgs {
  readonly app: AppConfig;
  /** `app` as versions with an entry have it: each may need more than the others. */
  readonly versions: readonly AppConfig[];
  readonly namespace: pulumi.Input<string>;
  /** Pods of each track in each stage. */
  readonly stages: readonly PerTrack<number>[];
  readonly edgePods: EdgePods | undefined;
}

/** A move takes longer than that: its preview alone takes seconds (docs/command.md). */
const LEAST_MOVE_SECONDS = 10;

/**
 * How often a track's pods may be there at once: those that serve, those that take their place in a rolling update, and
 * those of each move before that still drain. A pod that ends counts until it is gone (Kubernetes documentation, "Resource
 * Quotas"), and the way back must not wait for that.
 */
function generationsOf(apps: readonly AppConfig[]): number {
  const drain = Math.max(...apps.map((app) => terminationSeconds(app)));
  return 2 + Math.ceil(drain / LEAST_MOVE_SECONDS);
}

/** What a container without a word of its own asks for, where the edge's say nothing: little, so that it is placed. */
const UNSAID: Texts = { cpu: "100m", memory: "128Mi" };

/** What the namespace may use at the most: what its stages need at their peak. */
export function quotaDocument(args: LimitsArgs): k8s.core.v1.ResourceQuotaArgs {
  const { app, namespace, edgePods } = args;
  const counts = countsOf(args);
  const pods = [app, ...args.versions].map(podsOf);
  const sumsOf = (kind: "requests" | "limits") => {
    const served = largest(pods.map((one) => podAmounts(one.served, kind)));
    const hook = largest(pods.flatMap(({ hooks }) => hooks.map((one) => podAmounts(one, kind))));
    const edge = amountsOf(edgePods?.resources?.[kind] ?? UNSAID);
    return plus([times(served, counts.tracks), times(hook, counts.hooks), times(edge, counts.edge)]);
  };
  return {
    metadata: applicationMetadata(app.name, namespace),
    spec: {
      hard: {
        pods: String(counts.tracks + counts.hooks + counts.edge),
        ...hardOf("requests", sumsOf("requests")),
        ...(isLimited(edgePods) && hardOf("limits", sumsOf("limits"))),
      },
    },
  };
}

/** What a container gets that says nothing, and what none may go beyond: a quota takes no container that says nothing. */
export function limitRangeDocument(args: LimitsArgs): k8s.core.v1.LimitRangeArgs {
  const { app, versions, namespace, edgePods } = args;
  const containers = [app, ...versions]
    .map(podsOf)
    .flatMap(({ served, hooks }) => [served, ...hooks].flatMap(containersIn));
  const limits = [...containers.map(({ resources }) => resources?.limits), edgePods?.resources?.limits];
  const most = textsOf(largest(limits.flatMap((one) => (one ? [amountsOf(one)] : []))));
  return {
    metadata: applicationMetadata(app.name, namespace),
    spec: {
      limits: [
        isLimited(edgePods)
          ? { type: "Container", max: most, default: most, defaultRequest: most }
          : { type: "Container", defaultRequest: UNSAID },
      ],
    },
  };
}

/** Limits count where every container of the namespace has some. */
const isLimited = (edgePods: EdgePods | undefined): boolean => edgePods?.resources !== undefined || !edgePods;

function countsOf({ stages, edgePods, app, versions }: LimitsArgs) {
  const generations = generationsOf([app, ...versions]);
  const track = (name: "previous" | "canary"): number => {
    const most = Math.max(0, ...stages.map((stage) => stage[name]));
    return generations * most + surgeOf(most);
  };
  const hooks = Math.max(...[app, ...versions].map((one) => Object.keys(one.hooks).length));
  return {
    tracks: track("previous") + track("canary"),
    hooks,
    // A rolling update of the edge may have each of its pods twice.
    edge: 2 * (edgePods?.count ?? 0),
  };
}

interface ContainerLike {
  readonly restartPolicy?: string;
  readonly resources?: Partial<Record<"requests" | "limits", Texts>>;
}

type PodLike = PodsOfApp["served"];

/** The SDK's types have every value as one that may come later; here all of them are there. */
const containersIn = (pod: PodLike): ContainerLike[] => [
  ...((pod.containers ?? []) as ContainerLike[]),
  ...((pod.initContainers ?? []) as ContainerLike[]),
];

/**
 * What the scheduler counts for a pod: its sidecars, and with them the containers together or the greatest that runs before
 * them (Kubernetes documentation, "Resource sharing within containers").
 */
function podAmounts(pod: PodLike, kind: "requests" | "limits"): Amounts {
  const amounts = ({ resources }: ContainerLike) => amountsOf(resources?.[kind] ?? UNSAID);
  const before = (pod.initContainers ?? []) as ContainerLike[];
  const isSidecar = ({ restartPolicy }: ContainerLike) => restartPolicy === "Always";
  const served = plus(((pod.containers ?? []) as ContainerLike[]).map(amounts));
  const starting = before.filter((one) => !isSidecar(one)).map(amounts);
  return plus([...before.filter(isSidecar).map(amounts), largest([served, ...starting])]);
}

const NONE: Amounts = { cpu: 0, memory: 0 };

const amountsOf = ({ cpu = "0", memory = "0" }: Partial<Texts>): Amounts => ({
  cpu: quantityOf(cpu),
  memory: quantityOf(memory),
});

const textsOf = ({ cpu, memory }: Amounts): Texts => ({ cpu: cpuText(cpu), memory: memoryText(memory) });

const plus = (all: readonly Amounts[]): Amounts =>
  all.reduce((sum, one) => ({ cpu: sum.cpu + one.cpu, memory: sum.memory + one.memory }), NONE);

const largest = (all: readonly Amounts[]): Amounts =>
  all.reduce(
    (most, one) => ({ cpu: Math.max(most.cpu, one.cpu), memory: Math.max(most.memory, one.memory) }),
    NONE,
  );

const times = ({ cpu, memory }: Amounts, count: number): Amounts => ({
  cpu: cpu * count,
  memory: memory * count,
});

function hardOf(kind: "requests" | "limits", amounts: Amounts): Record<string, string> {
  const { cpu, memory } = textsOf(amounts);
  return { [`${kind}.cpu`]: cpu, [`${kind}.memory`]: memory };
}
