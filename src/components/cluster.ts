import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { ClusterAddress } from "../cluster/kubeconfig.ts";
import type { ExistingClusterConfig } from "../config/cluster.ts";

/** A cluster that the foundation can work on. */
export interface Cluster {
  /** Where its API server is and how it proves itself: what a restricted kubeconfig is made of. */
  readonly address: pulumi.Input<ClusterAddress>;
  /** Acts with the rights of whoever founds the tenancy. */
  readonly administrator: k8s.Provider;
  /** The address that is reserved for the edge; undefined where the cluster chooses one. */
  readonly edgeAddress?: pulumi.Output<string>;
  /** Name of that address, for a load balancer that takes it by name. */
  readonly edgeAddressName?: pulumi.Output<string>;
}

/** A cluster that exists already, reached through a named context; no credential of it enters the state. */
export class ExistingCluster extends pulumi.ComponentResource implements Cluster {
  readonly address: ClusterAddress;
  readonly administrator: k8s.Provider;

  constructor(
    name: string,
    args: { config: ExistingClusterConfig; address: ClusterAddress },
    options?: pulumi.ComponentResourceOptions,
  ) {
    super("canary-stages:index:ExistingCluster", name, {}, options);
    this.address = args.address;
    this.administrator = new k8s.Provider(
      name,
      {
        context: args.config.context,
        ...(args.config.kubeconfig !== undefined && { kubeconfig: args.config.kubeconfig }),
        enableServerSideApply: true,
        upsertExistingObjects: true,
      },
      { parent: this },
    );
    this.registerOutputs({ server: args.address.server });
  }
}
