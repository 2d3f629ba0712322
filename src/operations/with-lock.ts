import { setTimeout as delay } from "node:timers/promises";
import { applicationOf } from "../application/application.ts";
import type { Lock } from "../application/lock.ts";
import type { KubernetesApi } from "../cluster/api.ts";
import { UserError } from "../errors.ts";
import { LEASE_SECONDS } from "../model/lock.ts";
import type { Identity } from "../process/identity.ts";
import type { Observer } from "./observer.ts";
import type { Operator } from "./operator.ts";
import { requireSameCluster } from "./same-cluster.ts";

/** What every operation that changes something comes with. */
export interface OperationOptions {
  readonly identity: Identity;
  readonly observer: Observer;
  /** Aborts when the operator stops the operation. */
  readonly signal: AbortSignal;
}

/** What the lock is taken for. */
export interface Purpose {
  /** Shown to whoever is refused meanwhile, for example `promote canary-75`. */
  readonly text: string;
  /** The stack that is applied; undefined where it is not known yet, or where it is several. */
  readonly stack?: string | undefined;
}

/** A lock, as the work under it sees it. */
export interface HeldLock {
  /** Aborts when the operator stops the operation, or when the lock is lost. */
  readonly signal: AbortSignal;
  /** For how long nobody had held the lock when it was taken, in milliseconds; 0 where it is not known. */
  readonly unheldMs: number;
}

/**
 * Works under the application's lock, on the one cluster that the engine applies to. Before the foundation was
 * applied there is no cluster to lock in, and the lock of the engine's own backend has to do.
 * @throws Refusal when somebody else holds the lock; UserError when `--context` leads to another cluster
 */
export async function withLock<T>(
  operator: Operator,
  purpose: Purpose,
  { identity, observer, signal }: OperationOptions,
  work: (held: HeldLock) => Promise<T>,
): Promise<T> {
  await requireSameCluster(operator, purpose.stack);
  const application = await applicationOf(operator);
  if (!application || !(await namespaceExists(application.api, application.namespace))) {
    return work({ signal, unheldMs: 0 });
  }
  const lock = await application.lock({
    holder: identity.holder,
    purpose: purpose.text,
    onExpired: ({ name, until }) =>
      observer.say(
        `${name} holds the lock, which expired at ${until.toISOString()}: watching whether it is still alive`,
      ),
  });
  try {
    return await work({ signal: AbortSignal.any([signal, lock.lost]), unheldMs: lock.unheldMs });
  } finally {
    await release(lock, observer);
  }
}

/** Between two attempts to give a lock back. */
const RELEASE_PAUSE_MS = 500;

/**
 * Gives the lock back. While the cluster cannot be reached it is tried again, for as long as the lock would last: whoever
 * mends what failed meanwhile must not find it held. One that cannot be given back expires by itself, and the work under it
 * has not failed for that.
 */
async function release(lock: Lock, observer: Observer): Promise<void> {
  const end = performance.now() + LEASE_SECONDS * 1000;
  for (let isFirst = true; ; isFirst = false) {
    try {
      return await lock.release();
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      if (!(error instanceof UserError) || performance.now() >= end) {
        observer.say(`the lock could not be released and ends by itself: ${error.message}`);
        return;
      }
      if (isFirst) observer.say(`the lock could not be released yet, trying again: ${error.message}`);
      await delay(RELEASE_PAUSE_MS);
    }
  }
}

/**
 * An account that may not read the namespace (an earlier Role had no such rule) has one all the same: its Role lies in
 * that namespace.
 */
async function namespaceExists(api: KubernetesApi, namespace: string): Promise<boolean> {
  const path = `/api/v1/namespaces/${namespace}`;
  return api.get(path).then(Boolean, () => true);
}
