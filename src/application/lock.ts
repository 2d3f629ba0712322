import { setTimeout as delay } from "node:timers/promises";
import { ApiError, type KubernetesApi } from "../cluster/api.ts";
import { Refusal, UserError } from "../errors.ts";
import {
  type Holder,
  holderOf,
  LEASE_SECONDS,
  type Lease,
  type LeaseReference,
  releasedLease,
  renewedLease,
  takenLease,
  unheldMilliseconds,
} from "../model/lock.ts";
import { shellWord } from "../process/shell.ts";

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
  /** For how long nobody had held it when it was taken, in milliseconds; true to a second, and 0 where it is not known. */
  readonly unheldMs: number;
  release(): Promise<void>;
}

const PULSE_MS = 5_000;
const CONFLICT = 409;
const NOT_FOUND = 404;

/** Who holds the lock now. */
export async function lockHolder(api: KubernetesApi, reference: LeaseReference): Promise<Holder | undefined> {
  return holderOf(await api.get<Lease>(pathOf(reference)));
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
  const found = await api.get<Lease>(pathOf(reference));
  const holder = holderOf(found);
  if (holder) await untilDead(api, reference, holder, options);
  const unheldMs = unheldMilliseconds(found, api.time());
  const mine = { name: options.holder, purpose: options.purpose };
  const lease = await write(api, reference, takenLease(reference, found, mine, api.time())).catch(
    async (error: unknown) => {
      if (!isStatus(error, CONFLICT)) throw error;
      throw heldBy(await lockHolder(api, reference), api.time());
    },
  );
  return { unheldMs, ...keep(api, reference, lease, options) };
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
  const found = await api.get<Lease>(pathOf(reference));
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
  await write(api, reference, releasedLease(found, api.time()));
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
  const first = await api.get<Lease>(pathOf(reference));
  const end = performance.now() + (first?.spec.leaseDurationSeconds ?? LEASE_SECONDS) * 1000;
  while (performance.now() < end) {
    await delay(Math.min(pulse, end - performance.now()));
    const now = await api.get<Lease>(pathOf(reference));
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

function keep(
  api: KubernetesApi,
  reference: LeaseReference,
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
      if (!lost.signal.aborted) await write(api, reference, releasedLease(held.lease, api.time()));
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
  reference: LeaseReference,
  held: HeldLease,
  reserve: number,
): Promise<string | undefined> {
  try {
    held.lease = await write(api, reference, renewedLease(held.lease, api.time()));
    held.renewed = performance.now();
    return undefined;
  } catch (error) {
    const ours = isStatus(error, CONFLICT) ? await stillOurs(api, reference, held.lease) : held.lease;
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
  const now = await api.get<Lease>(pathOf(reference)).catch(() => lease);
  return now?.spec.holderIdentity === lease.spec.holderIdentity ? now : undefined;
}

/** Creates or replaces; the resourceVersion in the lease makes a replacement of what was changed since fail. */
function write(api: KubernetesApi, reference: LeaseReference, lease: Lease): Promise<Lease> {
  const body = { type: "application/json", content: lease } as const;
  if (lease.metadata.resourceVersion !== undefined) return api.send("PUT", pathOf(reference), body);
  return api.send<Lease>("POST", collectionOf(reference), body).catch((error: unknown) => {
    if (!isStatus(error, NOT_FOUND)) throw error;
    throw new UserError(
      `namespace ${reference.namespace} does not exist`,
      "Apply the founding stack first: canary promote",
    );
  });
}

const isStatus = (error: unknown, status: number): boolean =>
  error instanceof ApiError && error.status === status;

const collectionOf = ({ namespace }: LeaseReference): string =>
  `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`;

const pathOf = (reference: LeaseReference): string => `${collectionOf(reference)}/${reference.name}`;
