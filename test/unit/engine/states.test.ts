import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "mocha";
import { prefetchStates } from "../../../src/engine/states.ts";
import { type Lease, releasedLease, takenLease } from "../../../src/model/lock.ts";
import { promote } from "../../../src/operations/promote.ts";
import { FakeWorld } from "../../support/fake-world.ts";
import { ALICE, LIFECYCLE, NAMESPACE, recorder } from "../../support/fakes.ts";

const LEASE = `/apis/coordination.k8s.io/v1/namespaces/${NAMESPACE}/leases/shop-release`;

let world: FakeWorld;
beforeEach(() => {
  world = new FakeWorld();
});
afterEach(() => world.close());

describe("prefetchStates", () => {
  it("reads a stage and the one before it at once, any other when it is asked for, each once", async () => {
    await world.at("canary-25");
    const states = prefetchStates(world.stacks, LIFECYCLE, "canary-75");
    assert.deepEqual(world.asked, ["canary-75 encrypted", "canary-25 encrypted"]);
    assert.equal((await states.of("canary-25"))?.deployment.resources?.length, 1);
    await states.of("canary-75");
    assert.equal(world.asked.length, 2);
    await states.of("canary-100");
    assert.deepEqual(world.asked.slice(2), ["canary-100 encrypted"]);
  });

  it("takes the last stage for the one before the first", () => {
    prefetchStates(world.stacks, LIFECYCLE, "canary-25");
    assert.deepEqual(world.asked, ["canary-25 encrypted", "canary-100 encrypted"]);
  });

  it("reads nothing for a stage that is none", () => {
    prefetchStates(world.stacks, LIFECYCLE, "canary-50");
    assert.deepEqual(world.asked, []);
  });

  it("throws a failed read where it is asked for, and nowhere else", async () => {
    world.stacks.stateOf = () => Promise.reject(new Error("incorrect passphrase"));
    const states = prefetchStates(world.stacks, LIFECYCLE, "canary-75");
    await new Promise((resolve) => setImmediate(resolve));
    await assert.rejects(states.of("canary-75"), /incorrect passphrase/);
  });
});

describe("what a promotion compares", () => {
  const encrypted = () => world.asked.filter((name) => name.endsWith(" encrypted"));
  const options = () => ({
    identity: ALICE,
    observer: recorder(),
    signal: new AbortController().signal,
    verification: undefined,
    confirm: async () => true,
    rollbackOnFailure: false,
    takeOver: false,
  });

  /** As somebody leaves it who held the lock so many milliseconds ago. */
  function releasedAgo(milliseconds: number): void {
    const place = { namespace: NAMESPACE, name: "shop-release" };
    const now = world.api.time();
    const taken = takenLease(place, undefined, { name: "bob@desk:2", purpose: "promote" }, now);
    const lease: Lease = releasedLease(taken, new Date(now.getTime() - milliseconds));
    world.api.put(LEASE, { ...lease });
  }

  it("was read before the lock was taken, where nobody held it since", async () => {
    await world.at("canary-25");
    releasedAgo(60_000);
    await promote(world, "canary-75", options());
    assert.deepEqual(encrypted(), ["canary-75 encrypted", "canary-25 encrypted"]);
  });

  it("is read again where somebody may have held the lock meanwhile", async () => {
    await world.at("canary-25");
    releasedAgo(500);
    await promote(world, "canary-75", options());
    assert.equal(encrypted().length, 4);
  });

  it("is read in clear where it is transferred, and not where both stacks hold the same", async () => {
    await world.at("canary-75", "canary-25");
    await promote(world, "canary-75", options());
    assert.deepEqual(world.engine, ["preview canary-75", "apply canary-75"]);
    assert.ok(world.asked.every((name) => name.endsWith(" encrypted")));
    world.lost.clear();
    await promote(world, "canary-100", options());
    const clear = world.asked.filter((name) => name.endsWith(" in clear"));
    assert.deepEqual(clear.sort(), ["canary-100 in clear", "canary-75 in clear"]);
    assert.ok(world.engine.includes("import canary-100"));
  });
});
