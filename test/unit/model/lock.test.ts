import assert from "node:assert/strict";
import { describe, it } from "mocha";
import {
  freeMilliseconds,
  holderOf,
  LEASE_SECONDS,
  type Lease,
  releasedLease,
  renewedLease,
  takenLease,
} from "../../../src/model/lock.ts";

const PLACE = { name: "shop-release", namespace: "web" };
const NOW = new Date("2026-03-04T05:06:07.089Z");
const LATER = new Date(NOW.getTime() + 5000);
const ALICE = { name: "alice@laptop:1", purpose: "promote canary-25" };

const taken = (found?: Lease) => takenLease(PLACE, found, ALICE, NOW);
const withSpec = (spec: Lease["spec"]): Lease => ({ ...taken(), spec });

describe("a lease", () => {
  it("has the holder, and times as Kubernetes writes them", () => {
    const { spec, metadata } = taken();
    assert.equal(spec.holderIdentity, ALICE.name);
    assert.equal(spec.acquireTime, "2026-03-04T05:06:07.089000Z");
    assert.equal(spec.leaseTransitions, 1);
    assert.ok(!("resourceVersion" in metadata));
  });

  it("is taken over the version that was read, so that a change in between makes it fail", () => {
    const found = { ...taken(), metadata: { ...PLACE, resourceVersion: "7" } };
    assert.equal(taken(found).metadata.resourceVersion, "7");
    assert.equal(taken(found).spec.leaseTransitions, 2);
  });

  it("holds from its last renewal on, since it was taken", () => {
    const until = LATER.getTime() + LEASE_SECONDS * 1000;
    assert.deepEqual(holderOf(renewedLease(taken(), LATER)), {
      ...ALICE,
      since: NOW,
      until: new Date(until),
    });
  });

  it("has no holder when it is released, and goes on counting", () => {
    const released = releasedLease(taken(), NOW);
    assert.equal(holderOf(released), undefined);
    assert.equal(taken(released).spec.leaseTransitions, 2);
  });

  it("says for how long nobody has held it", () => {
    const later = new Date(NOW.getTime() + 4000);
    assert.equal(freeMilliseconds(releasedLease(taken(), NOW), later), 4000);
    assert.equal(freeMilliseconds(undefined, NOW), Number.POSITIVE_INFINITY);
    assert.equal(freeMilliseconds(withSpec({}), NOW), 0);
    assert.equal(freeMilliseconds(releasedLease(taken(), later), NOW), 0);
  });

  it("is read also when another program wrote it and left fields out", () => {
    assert.equal(holderOf(undefined), undefined);
    assert.equal(holderOf(withSpec({ holderIdentity: "" })), undefined);
    const bare = holderOf({
      ...withSpec({ holderIdentity: "x", renewTime: NOW.toISOString() }),
      metadata: PLACE,
    });
    const until = new Date(NOW.getTime() + LEASE_SECONDS * 1000);
    assert.deepEqual(bare, { name: "x", purpose: "", since: NOW, until });
    assert.equal(holderOf(withSpec({ holderIdentity: "x" }))?.since.getTime(), 0);
  });
});
