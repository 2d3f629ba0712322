import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { RequiredApi } from "../cluster/api.ts";
import type { ClusterConfig } from "../config/cluster.ts";
import type { Config } from "../config/stage.ts";
import type { StagePlan } from "../model/plan.ts";
import type { Planner } from "./planner.ts";

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
export interface FoundingEdgeArgs<C extends Config = Config> {
  readonly config: C;
  readonly cluster: ClusterConfig;
  readonly namespace: pulumi.Input<string>;
  readonly administrator: k8s.Provider;
}

/**
 * A way to split traffic between the tracks: everything that the rest of the program does not know of it.
 * `C` is the configuration as the router's own schema (config/routers.ts) parsed it.
 */
export interface Router<C extends Config = Config> extends Planner<C> {
  /** API groups and versions that the cluster must serve before the stage is applied. */
  requires(config: C): readonly RequiredApi[];
  /** What the deployer needs for this router's objects, besides Services. */
  readonly deployerRules: readonly k8s.types.input.rbac.v1.PolicyRule[];
  /** Pod Security Standard that every pod of the namespace can keep, those of the router's controller too. */
  readonly podSecurity: "restricted" | "baseline";
  /**
   * Declares, in the founding stack, what the edge needs and the deployer may not make.
   * @returns what has to be there before the edge
   */
  found(args: FoundingEdgeArgs<C>): Promise<pulumi.Resource[]>;
  /** Declares the Service and what else leads traffic to the tracks. */
  declare(
    name: string,
    args: EdgeArgs<C>,
    options: pulumi.ComponentResourceOptions,
  ): pulumi.ComponentResource;
}
