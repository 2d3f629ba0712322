import { ApiError, type KubernetesApi } from "../cluster/api.ts";
import { UserError } from "../errors.ts";
import type { Lease, LeaseReference } from "../model/lock.ts";

/** The object was changed since it was read. */
export const CONFLICT = 409;
const NOT_FOUND = 404;

/** Undefined where the lock was never taken. */
export const readLease = (api: KubernetesApi, reference: LeaseReference): Promise<Lease | undefined> =>
  api.get<Lease>(pathOf(reference));

/** Creates or replaces; the resourceVersion in the lease makes a replacement of what was changed since fail. */
export function writeLease(api: KubernetesApi, reference: LeaseReference, lease: Lease): Promise<Lease> {
  const body = { type: "application/json", content: lease } as const;
  if (lease.metadata.resourceVersion !== undefined) return api.send("PUT", pathOf(reference), body);
  return api.send<Lease>("POST", collectionOf(reference), body).catch((error: unknown) => {
    if (!isStatus(error, NOT_FOUND)) throw error;
    throw new UserError(
      `namespace ${reference.namespace} does not exist`,
      "Apply the foundation first: canary foundation",
    );
  });
}

/** Whether an error is an answer of the API server with a certain status. */
export const isStatus = (error: unknown, status: number): boolean =>
  error instanceof ApiError && error.status === status;

const collectionOf = ({ namespace }: LeaseReference): string =>
  `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`;

const pathOf = (reference: LeaseReference): string => `${collectionOf(reference)}/${reference.name}`;
