import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import type { KubernetesApi, RequiredApi } from "../cluster/api.ts";
import type { EdgeAdmission } from "../components/admission/edge-admission.ts";
import type { EdgePods } from "../components/limits.ts";
import type { EdgeNetwork } from "../components/network.ts";
import type { ClusterConfig } from "../config/cluster.ts";
import type { FoundationConfig } from "../config/foundation.ts";
import type { GkeConfig } from "../config/gke.ts";
import type { GkeEdge } from "../config/gke-edge.ts";
import type { RouterSchema } from "../config/router-schema.ts";
import type { Config } from "../config/stage.ts";
import type { RoutedTrack, StagePlan, TrackPlan } from "../model/plan.ts";
import type { PerTrack } from "../model/traffic.ts";
import type { Entrance } from "./entrance.ts";
import type { LiveShare, LiveTraffic } from "./live-share.ts";

/** A stage's configuration with the values that the router with the schema `S` has in it. */
export type RouterConfig<S extends RouterSchema> = Config & {
  readonly edge: z.output<S["edge"]>;
  readonly replicas: z.output<S["replicas"]>;
};

/** The foundation's configuration with the values that the router with the schema `S` has in it. */
export type RouterFoundation<S extends RouterSchema> = FoundationConfig & {
  readonly edge: z.output<S["edge"]>;
  readonly cluster: ClusterConfig & z.output<S["cluster"]>;
} & z.output<S["secrets"]>;

/** What an edge is declared from. */
export interface EdgeArgs<C extends Config = Config> {
  readonly config: C;
  readonly plan: StagePlan;
  readonly namespace: pulumi.Input<string>;
  /** The address that clients are to connect to; undefined where the cluster chooses one. */
  readonly address?: pulumi.Input<string> | undefined;
  /** Awaited before anything leads traffic elsewhere: the pods that are to take it have to be ready. */
  readonly beforeChange: () => Promise<void>;
  /** The cluster as the deployer has it, for what is awaited. */
  readonly api: KubernetesApi;
}

/** What the foundation's part of an edge is declared from. */
export interface FoundationArgs<F extends FoundationConfig = FoundationConfig> {
  readonly config: F;
  readonly namespace: pulumi.Input<string>;
  readonly administrator: k8s.Provider;
  /** Name of the address that Google has reserved for the edge; undefined where the foundation makes no cluster. */
  readonly addressName?: pulumi.Output<string> | undefined;
}

/** The Pulumi components of a router. They need the SDKs, so they are loaded where something is declared. */
export interface Edge<C extends Config = Config, F extends FoundationConfig = FoundationConfig> {
  /** Declares, in the foundation, what the edge needs and the deployer may not make: a controller, a certificate. */
  readonly declareFoundation: (args: FoundationArgs<F>) => Promise<void>;
  /** Declares the Service and what else leads traffic to the tracks. */
  readonly declare: (
    name: string,
    args: EdgeArgs<C>,
    options: pulumi.ComponentResourceOptions,
  ) => pulumi.ComponentResource;
  /**
   * Awaited before pods leave, and before the record says what is live: the traffic has to be as the edge says. Without it
   * an edge says nothing that could be followed later.
   */
  readonly untilFollowed?: ((args: EdgeArgs<C>) => Promise<void>) | undefined;
}

/** What is the same for every configuration of a router. */
interface RouterTraits {
  /** Pod Security Standard that every pod of the namespace can keep, those of the router's controller too. */
  readonly podSecurity: "restricted" | "baseline";
  /** Labels that all pods of an application carry, by its name. */
  readonly selector: (app: string) => Readonly<Record<string, string>>;
  /** Whether the shares stand in the edge: a track that has no pods yet then gets some before the edge changes. */
  readonly edgeHoldsShares: boolean;
  readonly live: LiveShare;
}

/** What a router makes of a stage's configuration `C` and of the foundation's `F`. */
interface RouterWork<C extends Config, F extends FoundationConfig, T extends RoutedTrack> {
  /** API groups and versions that the cluster must serve before a stage is applied. */
  readonly requires: (config: C) => readonly RequiredApi[];
  /** Those that it must serve before the foundation is applied. */
  readonly foundationRequires: (config: F) => readonly RequiredApi[];
  /**
   * Looks in the cluster for what stands in a stage's way, before anything is declared; not asked on the way back from a
   * canary.
   * @throws UserError
   */
  readonly check?: (api: KubernetesApi, config: C, plan: StagePlan) => Promise<void>;
  /** What the deployer needs for this router's objects, besides Services. */
  readonly deployerRules: (config: F) => readonly k8s.types.input.rbac.v1.PolicyRule[];
  /** With which names and contents the deployer may write the edge's objects. */
  readonly admission: (config: F) => EdgeAdmission;
  /** Where the edge connects from. */
  readonly network: (config: F) => EdgeNetwork;
  /** How many pods of each track a stage may have, by its `replicas`. */
  readonly mostPods: (stage: Pick<C, "replicas">) => PerTrack<number>;
  /** The edge's own pods in the application's namespace; undefined where they are elsewhere. */
  readonly edgePods?: (config: F) => EdgePods | undefined;
  /**
   * What the edge needs of a GKE cluster that the foundation makes for it.
   * @throws UserError for an edge that such a cluster does not have
   */
  readonly onGke: (config: F, cluster: GkeConfig) => GkeEdge;
  /** The same as `check` for the foundation. @throws UserError */
  readonly checkFoundation?: (api: KubernetesApi, config: F) => Promise<void>;
  /**
   * The stage as this router does it; pure.
   * @throws UserError when the shares cannot be given
   */
  readonly plan: (config: C) => StagePlan<T>;
  /** API path of the object whose status says where the traffic comes in: a Service, an Ingress, a Gateway. */
  readonly addressPath: (config: C) => string;
  /** API paths of every object that the edge declares. */
  readonly edgePaths: (config: C) => readonly string[];
  /** What has to be asked for there to be served as clients are. */
  readonly entrance: (config: C) => Entrance;
  /** Where the configuration says that the data plane's statistics are; undefined where it does not. */
  readonly statisticsUrl?: (config: C) => string | undefined;
  /** Reads the router's own objects, as far as they decide about traffic. One without such objects asks nothing. */
  readonly readTraffic: (api: KubernetesApi, config: C) => Promise<LiveTraffic>;
  readonly loadEdge: () => Promise<Edge<C, F>>;
}

/** A router as its own folder writes it: every function is given the values of its schema `S`. */
export type RouterDefinition<S extends RouterSchema> = RouterTraits &
  RouterWork<RouterConfig<S>, RouterFoundation<S>, RoutedTrack>;

/**
 * A way to split traffic between the tracks, as the rest of the program has it: all that is known of it outside its
 * folder. It takes any configuration and reads its own values in it (`defineRouter`).
 */
export interface Router extends RouterTraits, RouterWork<Config, FoundationConfig, TrackPlan> {
  readonly schema: RouterSchema;
}

/** Routers by the name that `router` in Pulumi.yaml has for them. */
export type Routers = Readonly<Record<string, Router>>;
