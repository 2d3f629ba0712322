import assert from "node:assert/strict";
import { beforeEach, describe, it } from "mocha";
import { lockHolder } from "../../../src/application/lock.ts";
import type { StackState } from "../../../src/engine/stacks.ts";
import { Interrupted } from "../../../src/engine/stacks.ts";
import { Refusal } from "../../../src/errors.ts";
import { toData } from "../../../src/model/record.ts";
import { planTeardown, tearDown } from "../../../src/operations/teardown.ts";
import { objectNames, objectsIn } from "../../../src/operations/teardown-objects.ts";
import { FakeWorld } from "../../support/fake-world.ts";
import { ALICE, NAMESPACE, recorder } from "../../support/fakes.ts";

let world: FakeWorld;

beforeEach(() => {
  world = new FakeWorld();
});

const options = (signal = new AbortController().signal, mayDelete: readonly string[] = []) => ({
  identity: ALICE,
  observer: recorder(),
  signal,
  mayDelete,
});

describe("teardown", () => {
  it("plans the other stages, which keep everything, then the application with the live one, then the foundation", async () => {
    await world.found();
    await world.at("canary-25", "canary-75");
    const { stacks } = await planTeardown(world);
    assert.deepEqual(
      stacks.map(({ stack, part, deleted, kept }) => [stack.name, part, deleted, kept]),
      [
        ["canary-25", "stage", [], 1],
        ["canary-75", "application", ["Deployment shop-new"], 0],
        ["foundation", "foundation", ["Namespace web"], 0],
      ],
    );
  });

  it("is refused where nothing was ever applied, and makes no stack to find that out", async () => {
    const open = () => assert.fail("a stack was opened");
    world.stacks = { ...world.stacks, open };
    await assert.rejects(planTeardown(world), Refusal);
  });

  it("lets the last stage's objects go with it, lifts protection from the foundation, and that one goes without the lock in it", async () => {
    await world.found();
    await world.at("canary-75", "canary-25");
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
    assert.deepEqual(gone, ["canary-75", "canary-25", "foundation"]);
    assert.deepEqual(holders, [ALICE.holder, ALICE.holder, undefined]);
    assert.deepEqual(world.engine, [
      "destroy canary-75",
      "import canary-25",
      "destroy canary-25",
      "unprotect foundation",
      "destroy foundation",
    ]);
  });

  it("stops between two stacks when it is interrupted, and keeps the foundation", async () => {
    await world.found();
    await world.at("canary-25", "canary-75", "canary-100");
    const stop = new AbortController();
    world.begin = (operation) => {
      if (operation === "destroy") stop.abort(new Interrupted(true));
    };
    await assert.rejects(tearDown(world, await planTeardown(world), options(stop.signal)), Interrupted);
    assert.deepEqual(world.engine, ["destroy canary-75"]);
  });
});

describe("teardown of a namespace with objects of somebody else", () => {
  const THEIRS = `/api/v1/namespaces/${NAMESPACE}/configmaps`;
  const object = (name: string, more: object = {}) =>
    world.api.put(`${THEIRS}/${name}`, { kind: "ConfigMap", metadata: { name, ...more } });

  beforeEach(async () => {
    await world.found();
    await world.at("canary-25");
    object("theirs", { managedFields: [{ manager: "kubectl-create" }] });
    object("kube-root-ca.crt");
    object("shop-history");
    object("old-content", { managedFields: [{ manager: "canary-stages" }] });
    object("of-something", { ownerReferences: [{ kind: "Deployment", name: "theirs" }] });
  });

  it("lists those, and neither ours nor what Kubernetes puts there", async () => {
    assert.deepEqual((await planTeardown(world)).strangers, ["ConfigMap/theirs"]);
  });

  it("is refused before anything is done, until each is named", async () => {
    const plan = await planTeardown(world);
    await assert.rejects(tearDown(world, plan, options()), {
      message: "the namespace has objects of somebody else, which would be deleted with it: ConfigMap/theirs",
      hint: "Move them elsewhere, or name each: canary teardown --delete-foreign ConfigMap/theirs",
    });
    assert.deepEqual(world.engine, []);
    const gone = await tearDown(world, plan, options(undefined, ["ConfigMap/theirs"]));
    assert.deepEqual(gone, ["canary-25", "foundation"]);
  });

  it("is told how to name them in words that a shell reads back: a Role may be called nearly anything", async () => {
    object("a; $(id)", { managedFields: [{ manager: "kubectl-create" }] });
    await assert.rejects(async () => tearDown(world, await planTeardown(world), options()), {
      hint: "Move them elsewhere, or name each: canary teardown --delete-foreign 'ConfigMap/a; $(id)' --delete-foreign ConfigMap/theirs",
    });
  });

  it("asks nothing of them where the namespace was there before, and takes the history out of it", async () => {
    await world.found({ keepsNamespace: true });
    const record = (await world.liveRecord()) ?? assert.fail("nothing is live");
    const data = toData({
      ...record,
      objects: ["ConfigMap/shop-new-0123456789", "Secret/shop-new-0123456789"],
    });
    world.api.put(`${THEIRS}/shop-release`, { metadata: { name: "shop-release" }, data });
    world.api.put(`${THEIRS}/shop-new-0123456789`, { metadata: { name: "shop-new-0123456789" } });
    const plan = await planTeardown(world);
    assert.deepEqual([plan.strangers, plan.keepsNamespace], [[], true]);
    await tearDown(world, plan, options());
    assert.ok(world.api.objects.has(`${THEIRS}/theirs`));
    assert.ok(!world.api.objects.has(`${THEIRS}/shop-history`));
    assert.ok(!world.api.objects.has(`${THEIRS}/shop-new-0123456789`));
  });
});

describe("the objects of a stack", () => {
  const resource = (type: string, name: string, more: object = {}) => ({
    type,
    urn: `urn:pulumi:s::p::${type}::${name}`,
    ...more,
  });
  const state: StackState = {
    version: 3,
    deployment: {
      resources: [
        resource("pulumi:pulumi:Stack", "s"),
        resource("canary-stages:index:Tenancy", "tenancy"),
        resource("kubernetes:core/v1:Namespace", "tenancy", { id: "web" }),
        resource("kubernetes:core/v1:Service", "service", { id: "web/shop", retainOnDelete: true }),
        resource("gcp:compute/address:Address", "edge"),
      ],
    },
  };

  it("are counted without what is Pulumi's own, by the names that they have in the cluster", () => {
    assert.deepEqual(objectsIn(state), { deleted: ["Namespace web", "Address edge"], kept: 1 });
    assert.ok(objectNames([state]).has("Service/shop"));
  });
});
