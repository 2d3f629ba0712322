import type { KubernetesApi } from "../cluster/api.ts";
import { UserError } from "../errors.ts";
import { neverApplied } from "../program/outputs.ts";
import type { Operator } from "./operator.ts";

/**
 * With `--context` the operator says by which kubeconfig the cluster is reached, and the engine goes on by what the
 * foundation says. Both have to lead to one cluster: else one would be locked and looked at, and another changed.
 * Two addresses can be one cluster, for example a tunnel's and the public one: then the namespace has one uid by both.
 * @param stack the stack that will be applied; undefined where that is not known yet
 * @throws UserError with both servers
 */
export async function requireSameCluster(operator: Operator, stack: string | undefined): Promise<void> {
  if (!operator.engineCluster) return;
  const [named, engines] = await Promise.all([operator.cluster(), operator.engineCluster(stack)]);
  if (!named) return;
  const { founding } = operator.project.config;
  if (!engines && stack === founding) throw differs(named.server, "a new cluster, which it makes itself");
  if (!engines && stack !== undefined) throw neverApplied(founding, "");
  if (!engines) return;
  if (new URL(named.server).origin === new URL(engines.server).origin) return;
  const { namespace } = operator.project.config;
  const [ours, theirs] = await Promise.all([
    namespaceUid(named, namespace),
    namespaceUid(engines, namespace),
  ]);
  if (ours === undefined || ours !== theirs) throw differs(named.server, engines.server);
}

/** Kubernetes gives every object a uid that no other object has, in no cluster. Undefined where there is none. */
async function namespaceUid(api: KubernetesApi, namespace: string): Promise<string | undefined> {
  const path = `/api/v1/namespaces/${namespace}`;
  return (await api.get<{ metadata: { uid?: string } }>(path))?.metadata.uid;
}

const differs = (named: string, engines: string): UserError =>
  new UserError(
    `--context leads to ${named}, but the engine applies to ${engines}: nothing was changed`,
    "Leave --context out, or name a context of the cluster that the foundation has.",
  );
