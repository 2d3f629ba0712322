import type { KubernetesApi } from "../cluster/api.ts";
import { UserError } from "../errors.ts";

const GROUP = "/apis/admissionregistration.k8s.io/v1";

/**
 * Looks whether the cluster can hold the deployer to policies: Kubernetes 1.30 serves them in this version of the group,
 * which older ones have without them.
 * @param founding the stack that would have them
 * @throws UserError where it cannot
 */
export async function requireAdmissionPolicies(api: KubernetesApi, founding: string): Promise<void> {
  const found = await api.get<{ resources?: readonly { readonly name: string }[] }>(GROUP);
  if (found?.resources?.some(({ name }) => name === "validatingadmissionpolicies")) return;
  throw new UserError(
    `the cluster at ${api.server} serves no ValidatingAdmissionPolicy, which holds the deployer to what it is for`,
    `Update it to Kubernetes 1.30 or later. Or set admissionPolicy: none in Pulumi.${founding}.yaml: whoever has the deployer's token can then read every Secret of the namespace by a pod (docs/security.md).`,
  );
}
