import assert from "node:assert/strict";
import { beforeEach, describe, it } from "mocha";
import { lockHolder } from "../../../src/application/lock.ts";
import { Interrupted } from "../../../src/engine/stacks.ts";
import { Refusal } from "../../../src/errors.ts";
import { planTeardown, tearDown, teardownOf } from "../../../src/operations/teardown.ts";
import { FakeWorld } from "../../support/fake-world.ts";
import { ALICE, NAMESPACE, recorder } from "../../support/fakes.ts";

let world: FakeWorld;

beforeEach(() => {
  world = new FakeWorld();
});

const options = (signal = new AbortController().signal) => ({
  identity: ALICE,
  observer: recorder(),
  signal,
});

describe("teardown", () => {
  it("plans the later stages first, the founding one last, and leaves out what was never applied", async () => {
    await world.at("canary-25", "canary-75");
    const plan = await planTeardown(world);
    assert.deepEqual(
      plan.map(({ stack, isFounding, deleted, kept }) => [stack.name, isFounding, deleted, kept]),
      [
        ["canary-75", false, [], 1],
        ["canary-25", true, ["Deployment shop-new"], 0],
      ],
    );
  });

  it("is refused where no stage was ever applied, and makes no stack to find that out", async () => {
    const open = () => assert.fail("a stack was opened");
    world.stacks = { ...world.stacks, open };
    await assert.rejects(planTeardown(world), Refusal);
  });

  it("lifts protection right before each stack goes; the founding one goes without the lock in it", async () => {
    await world.at("canary-25", "canary-75");
    const holders: (string | undefined)[] = [];
    const place = { namespace: NAMESPACE, name: "shop-release" };
    const { stacks } = world;
    world.stacks = {
      ...stacks,
      open: async (name) => {
        const stack = await stacks.open(name);
        const destroy = async () => {
          holders.push((await lockHolder(world.api, place))?.name);
          await stack.destroy();
        };
        return { ...stack, destroy };
      },
    };
    const gone = await tearDown(world, await planTeardown(world), options());
    assert.deepEqual(gone, ["canary-75", "canary-25"]);
    assert.deepEqual(holders, [ALICE.holder, undefined]);
    assert.deepEqual(world.engine, [
      "unprotect canary-75",
      "destroy canary-75",
      "unprotect canary-25",
      "destroy canary-25",
    ]);
  });

  it("stops between two stacks when it is interrupted, and keeps the founding one", async () => {
    await world.at("canary-25", "canary-75", "canary-100");
    const stop = new AbortController();
    world.begin = (operation) => {
      if (operation === "destroy") stop.abort(new Interrupted(true));
    };
    await assert.rejects(tearDown(world, await planTeardown(world), options(stop.signal)), Interrupted);
    assert.deepEqual(world.engine, ["unprotect canary-100", "destroy canary-100"]);
  });
});

describe("teardownOf", () => {
  it("counts objects, and not what is Pulumi's own", () => {
    const resource = (type: string, name: string, retainOnDelete?: boolean) => ({
      ...{ type, urn: `urn:pulumi:s::p::${type}::${name}` },
      ...(retainOnDelete !== undefined && { retainOnDelete }),
    });
    const stack = teardownOf([
      resource("pulumi:pulumi:Stack", "s"),
      resource("canary-stages:index:Stage", "stage"),
      resource("kubernetes:core/v1:Namespace", "tenancy"),
      resource("kubernetes:core/v1:Service", "service", true),
    ]);
    assert.deepEqual(stack, { deleted: ["Namespace tenancy"], kept: 1 });
  });
});
