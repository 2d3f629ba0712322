import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { DeployerToken } from "../config/foundation.ts";
import { applicationMetadata } from "./metadata.ts";

export interface DeployerTokenArgs {
  /** Name of the Secret. */
  readonly name: string;
  readonly namespace: pulumi.Input<string>;
  readonly account: pulumi.Input<string>;
  readonly kind: DeployerToken;
}

/**
 * The Secret that every token of the deployer hangs on: one that is issued is bound to it, and one that is kept stands in it.
 * Deleting it ends all of them.
 */
export function deployerTokenDocument({
  name,
  namespace,
  account,
  kind,
}: DeployerTokenArgs): k8s.core.v1.SecretArgs {
  if (kind === "issued") return { metadata: applicationMetadata(name, namespace), type: "Opaque" };
  // Filled in by the cluster, and kept as a secret in the state.
  const annotations = { "kubernetes.io/service-account.name": account };
  return {
    metadata: applicationMetadata(name, namespace, { annotations }),
    type: "kubernetes.io/service-account-token",
  };
}
