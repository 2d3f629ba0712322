import { setTimeout as delay } from "node:timers/promises";
import type { KubernetesApi } from "../cluster/api.ts";
import { Refusal } from "../errors.ts";
import {
  type Holder,
  holderOf,
  LEASE_SECONDS,
  type LeaseReference,
  releasedLease,
  takenLease,
  unheldMilliseconds,
} from "../model/lock.ts";
import { shellWord } from "../process/shell.ts";
import { CONFLICT, isStatus, readLease, writeLease } from "./lease.ts";
import { keepRenewed, type RenewedLease } from "./lease-renewal.ts";

export interface LockOptions {
  /** `alice@laptop:4711.9f2c61b0` */
  readonly holder: string;
  /** What it is taken for. */
  readonly purpose: string;
  /** Told of a lock that has expired and is watched before it is taken over. */
  readonly onExpired?: ((holder: Holder) => void) | undefined;
  /** How often a held lock is renewed and an expired one looked at, in milliseconds. */
  readonly pulse?: number | undefined;
}

/** A lock that is held: renewed until it is released. */
export interface Lock extends RenewedLease {
  /** For how long nobody had held it when it was taken, in milliseconds; true to a second, and 0 where it is not known. */
  readonly unheldMs: number;
}

const PULSE_MS = 5_000;

/** Who holds the lock now. */
export async function lockHolder(api: KubernetesApi, reference: LeaseReference): Promise<Holder | undefined> {
  return holderOf(await readLease(api, reference));
}

/**
 * Takes the lock of an application. An expired one is taken over only after it was seen not to be renewed for its
 * whole time: neither this machine's clock nor the holder's, which may be wrong, is enough. Times are the server's.
 * @throws Refusal when somebody else holds it
 */
export async function acquireLock(
  api: KubernetesApi,
  reference: LeaseReference,
  options: LockOptions,
): Promise<Lock> {
  const found = await readLease(api, reference);
  const holder = holderOf(found);
  if (holder) await untilDead(api, reference, holder, options);
  const unheldMs = unheldMilliseconds(found, api.time());
  const mine = { name: options.holder, purpose: options.purpose };
  const lease = await writeLease(api, reference, takenLease(reference, found, mine, api.time())).catch(
    async (error: unknown) => {
      if (!isStatus(error, CONFLICT)) throw error;
      throw heldBy(await lockHolder(api, reference), api.time());
    },
  );
  return { unheldMs, ...keepRenewed(api, reference, lease, options.pulse ?? PULSE_MS) };
}

/**
 * Takes a dead holder's lock away.
 * @returns who held it
 * @throws Refusal when somebody else holds it than was named
 */
export async function breakLock(
  api: KubernetesApi,
  reference: LeaseReference,
  name: string,
): Promise<Holder> {
  const found = await readLease(api, reference);
  const holder = holderOf(found);
  if (!found || !holder) {
    throw new Refusal("nobody holds the lock", "There is nothing to unlock.");
  }
  if (holder.name !== name) {
    throw new Refusal(
      `the lock is held by ${shellWord(holder.name)}, not by ${name}`,
      `If that one is dead: canary unlock --holder ${shellWord(holder.name)}`,
    );
  }
  await writeLease(api, reference, releasedLease(found, api.time()));
  return holder;
}

/** Watches an expired lease for its whole time. @throws Refusal as soon as it shows life, or when it is valid */
async function untilDead(
  api: KubernetesApi,
  reference: LeaseReference,
  holder: Holder,
  { onExpired, pulse = PULSE_MS }: LockOptions,
): Promise<void> {
  if (holder.until > api.time()) throw heldBy(holder, api.time());
  onExpired?.(holder);
  const first = await readLease(api, reference);
  const end = performance.now() + (first?.spec.leaseDurationSeconds ?? LEASE_SECONDS) * 1000;
  while (performance.now() < end) {
    await delay(Math.min(pulse, end - performance.now()));
    const now = await readLease(api, reference);
    if (now?.metadata.resourceVersion !== first?.metadata.resourceVersion) {
      throw heldBy(holderOf(now), api.time());
    }
  }
}

function heldBy(holder: Holder | undefined, now: Date): Refusal {
  if (!holder) return new Refusal("the lock was just taken by somebody else", "Try again in a moment.");
  const seconds = Math.max(0, Math.ceil((holder.until.getTime() - now.getTime()) / 1000));
  // Anybody who may write the Lease can write anything there.
  const name = shellWord(holder.name);
  const purpose = holder.purpose && ` (${holder.purpose.split("\n")[0]})`;
  return new Refusal(
    `the lock is held by ${name}${purpose} since ${holder.since.toISOString()}`,
    `Wait until that is done. If ${name} is dead, its lock ends in ${seconds} s, or at once with: canary unlock --holder ${name}`,
  );
}
