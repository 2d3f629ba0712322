import { setTimeout as delay } from "node:timers/promises";
import type { KubernetesApi } from "../cluster/api.ts";
import { UserError } from "../errors.ts";
import {
  LEASE_SECONDS,
  type Lease,
  type LeaseReference,
  releasedLease,
  renewedLease,
} from "../model/lock.ts";
import { CONFLICT, isStatus, readLease, writeLease } from "./lease.ts";

/** A lease that is ours, and is renewed until it is released. */
export interface RenewedLease {
  /** Aborts, with the reason, when the lease is lost: what was begun under it has to stop. */
  readonly lost: AbortSignal;
  release(): Promise<void>;
}

/**
 * Renews a lease that was just taken, until it is released or lost.
 * @param pulse how often, in milliseconds
 */
export function keepRenewed(
  api: KubernetesApi,
  reference: LeaseReference,
  taken: Lease,
  pulse: number,
): RenewedLease {
  const lost = new AbortController();
  const stopped = new AbortController();
  const held: HeldLease = { lease: taken, renewed: performance.now(), isTakenAway: false };
  const renewal = (async () => {
    for (;;) {
      await delay(pulse, undefined, { signal: stopped.signal, ref: false }).catch(() => undefined);
      if (stopped.signal.aborted) return;
      const loss = await renew(api, reference, held, 2 * pulse);
      if (loss === undefined) continue;
      lost.abort(new UserError(loss, "Look at what is live: canary status"));
      return;
    }
  })();
  return {
    lost: lost.signal,
    release: async () => {
      stopped.abort();
      await renewal;
      // One that could not be renewed for a while is still ours on the server: it is given back as well.
      if (!held.isTakenAway) await writeLease(api, reference, releasedLease(held.lease, api.time()));
    },
  };
}

interface HeldLease {
  lease: Lease;
  /** When it was renewed last, by this process's monotonic clock. */
  renewed: number;
  /** Somebody else took it. */
  isTakenAway: boolean;
}

/** @returns why the lock is lost; undefined while it is ours, which it is for a while without being renewed */
async function renew(
  api: KubernetesApi,
  reference: LeaseReference,
  held: HeldLease,
  reserve: number,
): Promise<string | undefined> {
  try {
    held.lease = await writeLease(api, reference, renewedLease(held.lease, api.time()));
    held.renewed = performance.now();
    return undefined;
  } catch (error) {
    const ours = isStatus(error, CONFLICT) ? await stillOurs(api, reference, held.lease) : held.lease;
    held.isTakenAway = ours === undefined;
    if (!ours) return "the lock was taken away from us (canary unlock)";
    held.lease = ours;
    // Time for the server to come back.
    const valid = performance.now() - held.renewed < LEASE_SECONDS * 1000 - reserve;
    return valid ? undefined : `the lock could not be renewed: ${(error as Error).message}`;
  }
}

/** A renewal whose answer was lost on the way is no other holder's. */
async function stillOurs(
  api: KubernetesApi,
  reference: LeaseReference,
  lease: Lease,
): Promise<Lease | undefined> {
  const now = await readLease(api, reference).catch(() => lease);
  return now?.spec.holderIdentity === lease.spec.holderIdentity ? now : undefined;
}
