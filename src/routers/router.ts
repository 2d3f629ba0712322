import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import type { KubernetesApi, RequiredApi } from "../cluster/api.ts";
import type { ClusterConfig } from "../config/cluster.ts";
import type { RouterSchema } from "../config/router-schema.ts";
import type { Config } from "../config/stage.ts";
import type { StagePlan } from "../model/plan.ts";
import type { Entrance } from "./entrance.ts";
import type { LiveShare, LiveTraffic } from "./live-share.ts";

/** A stage's configuration with the values that the router with the schema `S` has in it. */
export type RouterConfig<S extends RouterSchema> = Config & {
  readonly edge: z.output<S["edge"]>;
  readonly replicas: z.output<S["replicas"]>;
  readonly cluster?: (ClusterConfig & z.output<S["cluster"]>) | undefined;
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
}

/** What the founding stack's part of an edge is declared from. */
export interface FoundationArgs<C extends Config = Config, K extends ClusterConfig = ClusterConfig> {
  readonly config: C;
  readonly cluster: K;
  readonly namespace: pulumi.Input<string>;
  readonly administrator: k8s.Provider;
}

/** The Pulumi components of a router. They need the SDKs, so they are loaded where something is declared. */
export interface Edge<C extends Config = Config, K extends ClusterConfig = ClusterConfig> {
  /**
   * Declares, in the founding stack, what the edge needs and the deployer may not make: a controller, a certificate.
   * @returns what has to be there before the edge
   */
  readonly declareFoundation: (args: FoundationArgs<C, K>) => Promise<readonly pulumi.Resource[]>;
  /** Declares the Service and what else leads traffic to the tracks. */
  readonly declare: (
    name: string,
    args: EdgeArgs<C>,
    options: pulumi.ComponentResourceOptions,
  ) => pulumi.ComponentResource;
}

/** What is the same for every configuration of a router. */
interface RouterTraits {
  /** What the deployer needs for this router's objects, besides Services. */
  readonly deployerRules: readonly k8s.types.input.rbac.v1.PolicyRule[];
  /** Pod Security Standard that every pod of the namespace can keep, those of the router's controller too. */
  readonly podSecurity: "restricted" | "baseline";
  readonly live: LiveShare;
}

/** What a router makes of a configuration `C` and a cluster `K`. */
interface RouterWork<C extends Config, K extends ClusterConfig> {
  /** API groups and versions that the cluster must serve before the stage is applied. */
  readonly requires: (config: C) => readonly RequiredApi[];
  /**
   * The stage as this router does it; pure.
   * @throws UserError when the shares cannot be given
   */
  readonly plan: (config: C) => StagePlan;
  /** API path of the object whose `status.loadBalancer` says where the traffic comes in. */
  readonly addressPath: (config: C) => string;
  /** What has to be asked for there to be served as clients are. */
  readonly entrance: (config: C) => Entrance;
  /** Reads the router's own objects, as far as they decide about traffic. One without such objects asks nothing. */
  readonly readTraffic: (api: KubernetesApi, config: C) => Promise<LiveTraffic>;
  readonly loadEdge: () => Promise<Edge<C, K>>;
}

/** A router as its own folder writes it: every function is given the values of its schema `S`. */
export type RouterDefinition<S extends RouterSchema> = RouterTraits &
  RouterWork<RouterConfig<S>, ClusterConfig & z.output<S["cluster"]>>;

/**
 * A way to split traffic between the tracks, as the rest of the program has it: all that is known of it outside its
 * folder. It takes any stage's configuration and reads its own values in it (`defineRouter`).
 */
export interface Router extends RouterTraits, RouterWork<Config, ClusterConfig> {
  readonly schema: RouterSchema;
}

/** Routers by the name that `router` in Pulumi.yaml has for them. */
export type Routers = Readonly<Record<string, Router>>;
