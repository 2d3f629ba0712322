import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { UserError } from "../../../src/errors.ts";
import { applyFoundation, type FoundationOptions } from "../../../src/operations/foundation.ts";
import { FakeWorld } from "../../support/fake-world.ts";
import { ALICE, FakeApi, NAMESPACE, recorder } from "../../support/fakes.ts";

const LEASE = `/apis/coordination.k8s.io/v1/namespaces/${NAMESPACE}/leases/shop-release`;

const options = (): FoundationOptions => ({
  identity: ALICE,
  observer: recorder(),
  signal: new AbortController().signal,
  takeOver: false,
  confirm: async () => true,
});

describe("the foundation", () => {
  it("is applied under the lock, which an administrator takes: the deployer's token may be dead", async () => {
    const world = new FakeWorld();
    await world.found();
    const dead = new FakeApi();
    dead.onRequest = () => {
      throw new UserError("the cluster does not take the credential (401)", "");
    };
    let holder: unknown;
    world.begin = (operation) => {
      if (operation === "apply")
        holder = (world.api.objects.get(LEASE) as { spec?: { holderIdentity?: string } } | undefined)?.spec
          ?.holderIdentity;
    };
    const outcome = await applyFoundation({ ...world, cluster: async () => dead }, options());
    assert.equal(outcome.applied, true);
    assert.equal(holder, ALICE.holder);
    assert.deepEqual(world.engine, ["preview foundation", "apply foundation"]);
  });

  it("locks nothing before there is one, not even in a namespace that was there before", async () => {
    const world = new FakeWorld();
    world.isFounded = false;
    const outcome = await applyFoundation(world, { ...options(), confirm: async () => false });
    assert.equal(outcome.applied, false);
    assert.equal(world.api.objects.get(LEASE), undefined);
  });
});
