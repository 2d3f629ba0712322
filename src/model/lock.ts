/** A Kubernetes Lease, as far as it is a lock: coordination.k8s.io/v1. */
export interface Lease {
  readonly apiVersion: "coordination.k8s.io/v1";
  readonly kind: "Lease";
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly resourceVersion?: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec: LeaseSpec;
}

interface LeaseSpec {
  readonly holderIdentity?: string;
  readonly leaseDurationSeconds?: number;
  readonly acquireTime?: string;
  readonly renewTime?: string;
  readonly leaseTransitions?: number;
}

/** Which Lease: that of an application in its namespace. */
export interface LeaseReference {
  readonly namespace: string;
  readonly name: string;
}

/** Who holds a lock. */
export interface Holder {
  /** `alice@laptop:4711.9f2c61b0`: user, host, process and a random word. */
  readonly name: string;
  readonly since: Date;
  /** Until when it holds unless it is renewed. */
  readonly until: Date;
  /** What it is held for, `promote canary-75`. */
  readonly purpose: string;
}

/** A lock that is not renewed for so long may be taken over. */
export const LEASE_SECONDS = 30;

const PURPOSE = "canary-stages/purpose";

/** Who holds the lease; undefined when nobody does. */
export function holderOf(lease: Lease | undefined): Holder | undefined {
  const { holderIdentity, acquireTime, renewTime, leaseDurationSeconds } = lease?.spec ?? {};
  if (!lease || !holderIdentity) return undefined;
  const renewed = timeOf(renewTime ?? acquireTime);
  return {
    name: holderIdentity,
    since: timeOf(acquireTime ?? renewTime),
    until: timeOf(renewed.getTime() + 1000 * (leaseDurationSeconds ?? LEASE_SECONDS), renewed),
    purpose: lease.metadata.annotations?.[PURPOSE] ?? "",
  };
}

/** A time that is none is that of a lease which ended long ago. */
function timeOf(time: string | number | undefined, otherwise = new Date(0)): Date {
  const date = new Date(time ?? 0);
  return Number.isNaN(date.getTime()) ? otherwise : date;
}

/** The lease as a new holder takes it, over the one that is there. @param now the API server's clock */
export function takenLease(
  reference: LeaseReference,
  found: Lease | undefined,
  holder: { readonly name: string; readonly purpose: string },
  now: Date,
): Lease {
  return {
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata: { ...reference, ...versionOf(found), annotations: { [PURPOSE]: holder.purpose } },
    spec: {
      holderIdentity: holder.name,
      leaseDurationSeconds: LEASE_SECONDS,
      acquireTime: microTime(now),
      renewTime: microTime(now),
      leaseTransitions: (found?.spec.leaseTransitions ?? 0) + 1,
    },
  };
}

export function renewedLease(lease: Lease, now: Date): Lease {
  return { ...lease, spec: { ...lease.spec, renewTime: microTime(now) } };
}

/**
 * The lease without a holder: kept as an object, so that its transitions go on being counted, and it says since when
 * nobody holds it. @param now the API server's clock
 */
export function releasedLease(lease: Lease, now: Date): Lease {
  const { holderIdentity: _holder, acquireTime: _acquired, ...spec } = lease.spec;
  return { ...lease, spec: { ...spec, leaseDurationSeconds: LEASE_SECONDS, renewTime: microTime(now) } };
}

/**
 * For how long nobody has held a lease, in milliseconds; 0 where it does not say. @param now the API server's clock
 */
export function unheldMilliseconds(lease: Lease | undefined, now: Date): number {
  if (!lease) return Number.POSITIVE_INFINITY;
  const { renewTime } = lease.spec;
  return renewTime === undefined ? 0 : Math.max(0, now.getTime() - timeOf(renewTime, now).getTime());
}

/** A write with it fails where the object was changed since it was read. */
function versionOf(lease: Lease | undefined) {
  const resourceVersion = lease?.metadata.resourceVersion;
  return resourceVersion === undefined ? {} : { resourceVersion };
}

/** Kubernetes' MicroTime: RFC 3339 with six digits of a second. */
const microTime = (date: Date): string => date.toISOString().replace("Z", "000Z");
