import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { ClusterConfig } from "../../config/cluster.ts";
import type { Config } from "../../config.ts";
import type { RequiredApi } from "../../kubernetes.ts";
import type { Live } from "../../live.ts";
import type { StagePlan } from "../../model/plan.ts";

/** What an edge is declared from. */
export interface EdgeArgs<C extends Config = Config> {
  readonly config: C;
  readonly plan: StagePlan;
  readonly namespace: pulumi.Input<string>;
  /** The address that clients are to connect to; undefined where the cluster chooses one. */
  readonly address?: pulumi.Input<string> | undefined;
  /** Awaited before what the Services select is changed: pods that are to take over have to be ready. */
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
export interface Router<C extends Config = Config> {
  /** API groups and versions that the cluster must serve before the stage is applied. */
  requires(config: C): readonly RequiredApi[];
  /** What the deployer needs for this router's objects, besides Services. */
  readonly deployerRules: readonly k8s.types.input.rbac.v1.PolicyRule[];
  /**
   * The stage as this router does it; pure.
   * @throws UserError when the shares cannot be given
   */
  plan(config: C): StagePlan;
  /** Percent of the traffic that the canary's Deployment gets now; undefined when nothing takes any. */
  canaryShareNow(live: Live): number | undefined;
  /** Pod Security Standard that every pod of the namespace can keep, those of the router's controller too. */
  readonly podSecurity: "restricted" | "baseline";
  /**
   * Declares, in the founding stack, what the edge needs and the deployer may not make.
   * @returns what has to be there before the edge
   */
  found(args: FoundingEdgeArgs<C>): Promise<pulumi.Resource[]>;
  /** API path of the object whose `status.loadBalancer` says where the traffic comes in. */
  addressPath(config: C): string;
  /** Declares the Service and what else leads traffic to the tracks. */
  declare(
    name: string,
    args: EdgeArgs<C>,
    options: pulumi.ComponentResourceOptions,
  ): pulumi.ComponentResource;
}
