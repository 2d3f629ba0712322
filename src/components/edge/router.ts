import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { Config } from "../../config.ts";
import type { RequiredApi } from "../../kubernetes.ts";
import type { StagePlan } from "../../model/plan.ts";

/** What an edge is declared from. */
export interface EdgeArgs {
  readonly config: Config;
  readonly plan: StagePlan;
  readonly namespace: pulumi.Input<string>;
}

/** A way to split traffic between the tracks: everything that the rest of the program does not know of it. */
export interface Router {
  /** API groups and versions that the cluster must serve for it. */
  readonly requires: readonly RequiredApi[];
  /** What the deployer needs for this router's objects, besides Services. */
  readonly deployerRules: readonly k8s.types.input.rbac.v1.PolicyRule[];
  /**
   * The stage as this router does it; pure.
   * @throws UserError when the shares cannot be given
   */
  plan(config: Config): StagePlan;
  /** How much traffic a running pod draws against others, by the annotations that it has. */
  podWeight(annotations: Readonly<Record<string, string>>): number;
  /** Declares the Service and what else leads traffic to the tracks. */
  declare(name: string, args: EdgeArgs, options: pulumi.ComponentResourceOptions): pulumi.ComponentResource;
}
