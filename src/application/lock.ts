import { setTimeout as delay } from "node:timers/promises";
import { ApiError, type KubernetesApi } from "../cluster/api.ts";
import { Refusal, UserError } from "../errors.ts";
import {
  freeMilliseconds,
  type Holder,
  holderOf,
  LEASE_SECONDS,
  type Lease,
  releasedLease,
  renewedLease,
  takenLease,
} from "../model/lock.ts";

/** Where a lock is: the Lease of an application in its namespace. */
export interface LockPlace {
  readonly namespace: string;
  readonly name: string;
}

export interface LockOptions {
  /** `alice@laptop:4711` */
  readonly holder: string;
  /** What it is taken for. */
  readonly purpose: string;
  /** Told of a lock that has expired and is watched before it is taken over. */
  readonly onExpired?: ((holder: Holder) => void) | undefined;
  /** How often a held lock is renewed and an expired one looked at, in milliseconds. */
  readonly pulse?: number | undefined;
}

/** A lock that is held: renewed until it is released. */
export interface Lock {
  /** Aborts, with the reason, when the lock is lost: what was begun under it has to stop. */
  readonly lost: AbortSignal;
  /** For how long nobody had held it before, in milliseconds, give or take a second; 0 where that is not known. */
  readonly freeBefore: number;
  release(): Promise<void>;
}

const PULSE_MS = 5_000;
const CONFLICT = 409;
const NOT_FOUND = 404;

/** Who holds the lock now. */
export async function lockHolder(api: KubernetesApi, place: LockPlace): Promise<Holder | undefined> {
  return holderOf(await api.get<Lease>(pathOf(place)));
}

/**
 * Takes the lock of an application. An expired one is taken over only after it was seen not to be renewed for its
 * whole time: neither this machine's clock nor the holder's, which may be wrong, is enough. Times are the server's.
 * @throws Refusal when somebody else holds it
 */
export async function acquireLock(api: KubernetesApi, place: LockPlace, options: LockOptions): Promise<Lock> {
  const found = await api.get<Lease>(pathOf(place));
  const holder = holderOf(found);
  if (holder) await untilDead(api, place, holder, options);
  const freeBefore = freeMilliseconds(found, api.time());
  const mine = { name: options.holder, purpose: options.purpose };
  const lease = await write(api, place, takenLease(place, found, mine, api.time())).catch(
    async (error: unknown) => {
      if (!isStatus(error, CONFLICT)) throw error;
      throw heldBy(await lockHolder(api, place), api.time());
    },
  );
  return { freeBefore, ...keep(api, place, lease, options) };
}

/**
 * Takes a dead holder's lock away.
 * @returns who held it
 * @throws Refusal when somebody else holds it than was named
 */
export async function breakLock(api: KubernetesApi, place: LockPlace, name: string): Promise<Holder> {
  const found = await api.get<Lease>(pathOf(place));
  const holder = holderOf(found);
  if (!found || !holder) {
    throw new Refusal("nobody holds the lock", "There is nothing to unlock.");
  }
  if (holder.name !== name) {
    throw new Refusal(
      `the lock is held by ${holder.name}, not by ${name}`,
      `If that one is dead: canary unlock --holder ${holder.name}`,
    );
  }
  await write(api, place, releasedLease(found, api.time()));
  return holder;
}

/** Watches an expired lease for its whole time. @throws Refusal as soon as it shows life, or when it is valid */
async function untilDead(
  api: KubernetesApi,
  place: LockPlace,
  holder: Holder,
  { onExpired, pulse = PULSE_MS }: LockOptions,
): Promise<void> {
  if (holder.until > api.time()) throw heldBy(holder, api.time());
  onExpired?.(holder);
  const first = await api.get<Lease>(pathOf(place));
  const end = performance.now() + (first?.spec.leaseDurationSeconds ?? LEASE_SECONDS) * 1000;
  while (performance.now() < end) {
    await delay(Math.min(pulse, end - performance.now()));
    const now = await api.get<Lease>(pathOf(place));
    if (now?.metadata.resourceVersion !== first?.metadata.resourceVersion) {
      throw heldBy(holderOf(now), api.time());
    }
  }
}

function heldBy(holder: Holder | undefined, now: Date): Refusal {
  if (!holder) return new Refusal("the lock was just taken by somebody else", "Try again in a moment.");
  const seconds = Math.max(0, Math.ceil((holder.until.getTime() - now.getTime()) / 1000));
  const purpose = holder.purpose && ` (${holder.purpose})`;
  return new Refusal(
    `the lock is held by ${holder.name}${purpose} since ${holder.since.toISOString()}`,
    `Wait until that is done. If ${holder.name} is dead, its lock ends in ${seconds} s, or at once with: canary unlock --holder ${holder.name}`,
  );
}

function keep(
  api: KubernetesApi,
  place: LockPlace,
  taken: Lease,
  { pulse = PULSE_MS }: LockOptions,
): Pick<Lock, "lost" | "release"> {
  const lost = new AbortController();
  const stopped = new AbortController();
  const held: HeldLease = { lease: taken, renewed: performance.now() };
  const renewal = (async () => {
    for (;;) {
      await delay(pulse, undefined, { signal: stopped.signal, ref: false }).catch(() => undefined);
      if (stopped.signal.aborted) return;
      const loss = await renew(api, place, held, 2 * pulse);
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
      if (!lost.signal.aborted) await write(api, place, releasedLease(held.lease, api.time()));
    },
  };
}

interface HeldLease {
  lease: Lease;
  /** When it was renewed last, by this process's monotonic clock. */
  renewed: number;
}

/** @returns why the lock is lost; undefined while it is ours, which it is for a while without being renewed */
async function renew(
  api: KubernetesApi,
  place: LockPlace,
  held: HeldLease,
  reserve: number,
): Promise<string | undefined> {
  try {
    held.lease = await write(api, place, renewedLease(held.lease, api.time()));
    held.renewed = performance.now();
    return undefined;
  } catch (error) {
    const ours = isStatus(error, CONFLICT) ? await stillOurs(api, place, held.lease) : held.lease;
    if (!ours) return "the lock was taken away from us (canary unlock)";
    held.lease = ours;
    // Time for the server to come back.
    const valid = performance.now() - held.renewed < LEASE_SECONDS * 1000 - reserve;
    return valid ? undefined : `the lock could not be renewed: ${(error as Error).message}`;
  }
}

/** A renewal whose answer was lost on the way is no other holder's. */
async function stillOurs(api: KubernetesApi, place: LockPlace, lease: Lease): Promise<Lease | undefined> {
  const now = await api.get<Lease>(pathOf(place)).catch(() => lease);
  return now?.spec.holderIdentity === lease.spec.holderIdentity ? now : undefined;
}

/** Creates or replaces; the resourceVersion in the lease makes a replacement of what was changed since fail. */
function write(api: KubernetesApi, place: LockPlace, lease: Lease): Promise<Lease> {
  const body = { type: "application/json", content: lease } as const;
  if (lease.metadata.resourceVersion !== undefined) return api.send("PUT", pathOf(place), body);
  return api.send<Lease>("POST", collectionOf(place), body).catch((error: unknown) => {
    if (!isStatus(error, NOT_FOUND)) throw error;
    throw new UserError(
      `namespace ${place.namespace} does not exist`,
      "Apply the founding stack first: canary promote",
    );
  });
}

const isStatus = (error: unknown, status: number): boolean =>
  error instanceof ApiError && error.status === status;

const collectionOf = ({ namespace }: LockPlace): string =>
  `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`;

const pathOf = (place: LockPlace): string => `${collectionOf(place)}/${place.name}`;
