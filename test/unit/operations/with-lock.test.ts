import assert from "node:assert/strict";
import { beforeEach, describe, it } from "mocha";
import { breakLock, lockHolder } from "../../../src/application/lock.ts";
import { ApiError } from "../../../src/cluster/api.ts";
import { UserError } from "../../../src/errors.ts";
import { abort } from "../../../src/operations/abort.ts";
import { applyFoundation } from "../../../src/operations/foundation.ts";
import { planMove } from "../../../src/operations/move.ts";
import { recordMove } from "../../../src/operations/move-history.ts";
import { silentObserver } from "../../../src/operations/observer.ts";
import type { Operator } from "../../../src/operations/operator.ts";
import { promote } from "../../../src/operations/promote.ts";
import { rollback } from "../../../src/operations/rollback.ts";
import { withLock } from "../../../src/operations/with-lock.ts";
import { evaluateStage } from "../../../src/project/evaluate.ts";
import { FakeWorld } from "../../support/fake-world.ts";
import { ALICE, FakeApi, NAMESPACE, recorder } from "../../support/fakes.ts";

const PLACE = { namespace: NAMESPACE, name: "shop-release" };
const LEASES = `/apis/coordination.k8s.io/v1/namespaces/${NAMESPACE}/leases`;

let world: FakeWorld;
let observer: ReturnType<typeof recorder>;

beforeEach(() => {
  world = new FakeWorld();
  observer = recorder();
});

const locked = <T>(work: (signal: AbortSignal) => Promise<T>, signal = new AbortController().signal) =>
  withLock(world, { text: "test" }, { identity: ALICE, observer, signal }, (held) => work(held.signal));
const holder = async () => (await lockHolder(world.api, PLACE))?.name;

describe("withLock", () => {
  it("holds the lock while the work goes on, and gives it back also when that fails", async () => {
    const work = async () => {
      assert.equal(await holder(), ALICE.holder);
      throw new Error("it fails");
    };
    await assert.rejects(locked(work), /it fails/);
    assert.equal(await holder(), undefined);
  });

  it("works without a lock where there is no cluster or no namespace yet", async () => {
    world.api.objects.clear();
    assert.equal(await locked(async () => "done"), "done");
    assert.equal(world.api.objects.size, 0);
    world.cluster = async () => undefined as never;
    assert.equal(await locked(async () => "done"), "done");
  });

  it("takes the lock where the deployer may not look at namespaces", async () => {
    world.api.onRequest = (_method, path) => {
      if (path === `/api/v1/namespaces/${NAMESPACE}`) throw new ApiError(403, "forbidden");
    };
    await locked(async () => assert.equal(await holder(), ALICE.holder));
  });

  it("hands the operator's stop on to the work", async () => {
    const stop = new AbortController();
    const work = async (signal: AbortSignal) => {
      stop.abort(new Error("stopped"));
      signal.throwIfAborted();
    };
    await assert.rejects(locked(work, stop.signal), /stopped/);
    assert.equal(await holder(), undefined);
  });

  it("gives the lock back when the cluster can be reached again, and not only then", async () => {
    let attempts = 0;
    const work = async () => {
      world.api.onRequest = (method) => {
        if (method === "PUT" && ++attempts <= 2)
          throw new UserError("the cluster cannot be reached", "Wait.");
      };
    };
    await locked(work);
    assert.equal(attempts, 3);
    assert.equal(await holder(), undefined);
    assert.deepEqual(observer.said, [
      "the lock could not be released yet, trying again: the cluster cannot be reached",
    ]);
  });

  it("does not call work failed whose lock could not be given back, but says so", async () => {
    const work = async () => {
      await breakLock(world.api, PLACE, ALICE.holder);
      return "done";
    };
    assert.equal(await locked(work), "done");
    assert.match(observer.said.join("\n"), /the lock could not be released and ends by itself/);
  });

  it("says whose expired lock it watches", async () => {
    const renewTime = new Date(Date.now() - 60_000).toISOString();
    const spec = { holderIdentity: "bob@desk:2", leaseDurationSeconds: 0.02, renewTime };
    world.api.put(`${LEASES}/${PLACE.name}`, { metadata: PLACE, spec });
    await locked(async () => undefined);
    assert.match(observer.said[0] ?? "", /^bob@desk:2 holds the lock, which expired at /);
  });
});

describe("withLock where the operator named a context", () => {
  const NAMESPACE_PATH = `/api/v1/namespaces/${NAMESPACE}`;
  const serverAt = (server: string, uid?: string) => {
    const api = new FakeApi(server);
    if (uid !== undefined) api.put(NAMESPACE_PATH, { metadata: { name: NAMESPACE, uid } });
    return api;
  };
  const lockedWith = (named: FakeApi, engines: FakeApi | undefined, stack?: string) => {
    const { project, stacks } = world;
    const operator: Operator = {
      project,
      stacks,
      cluster: async () => named,
      administrator: async () => named,
      engineCluster: async () => engines,
    };
    const options = { identity: ALICE, observer, signal: new AbortController().signal };
    return withLock(operator, { text: "test", stack }, options, async () => "done");
  };

  it("works where the engine applies to the same server", async () => {
    const named = serverAt("https://cluster.test:6443/", "u1");
    assert.equal(await lockedWith(named, serverAt("https://cluster.test:6443")), "done");
  });

  it("works where two addresses lead to one cluster", async () => {
    assert.equal(
      await lockedWith(serverAt("https://tunnel.test", "u1"), serverAt("https://cluster.test", "u1")),
      "done",
    );
  });

  const others: readonly [
    what: string,
    engines: () => FakeApi | undefined,
    message: RegExp,
    stack?: string,
  ][] = [
    [
      "to another cluster",
      () => serverAt("https://other.test", "u2"),
      /--context leads to https:\/\/cluster\.test, but the engine applies to https:\/\/other\.test/,
    ],
    [
      "to a cluster without the namespace",
      () => serverAt("https://other.test"),
      /applies to https:\/\/other/,
    ],
    [
      "to a cluster that it is yet to make",
      () => undefined,
      /the engine applies to a new cluster/,
      "foundation",
    ],
    [
      "to no cluster yet",
      () => undefined,
      /^the foundation, stack foundation, was never applied\n/,
      "canary-25",
    ],
  ];
  for (const [what, engines, message, stack] of others) {
    it(`writes nothing, not even a lock, where the engine applies ${what}`, async () => {
      const named = serverAt("https://cluster.test", "u1");
      const before = [...named.objects];
      await assert.rejects(lockedWith(named, engines(), stack), message);
      assert.deepEqual([...named.objects], before);
    });
  }

  it("is of the stack that is applied, before the engine is asked anything", async () => {
    await world.at("canary-25");
    const asked: unknown[] = [];
    const engineCluster = async (stack: string | undefined) => {
      asked.push(stack);
      return serverAt("https://other.test", "u2");
    };
    const { project, stacks, cluster, administrator } = world;
    const operator: Operator = { project, stacks, cluster, administrator, engineCluster };
    const options = {
      identity: ALICE,
      observer,
      signal: new AbortController().signal,
      verification: undefined,
      confirm: () => assert.fail("it was asked"),
      rollbackOnFailure: false,
      takeOver: false,
      reason: "",
    };
    const before = [...world.api.objects];
    const operations = [
      () => promote(operator, "canary-75", options),
      () => rollback(operator, "canary-25", options),
      () => rollback(operator, undefined, options),
      () => abort(operator, options),
      () => applyFoundation(operator, options),
    ];
    for (const operate of operations) await assert.rejects(operate(), /^--context leads to /);
    assert.deepEqual(asked, ["canary-75", "canary-25", undefined, "canary-0", "foundation"]);
    assert.deepEqual([world.engine, [...world.api.objects]], [[], before]);
  });

  it("refuses where neither cluster has the namespace", async () => {
    await assert.rejects(
      lockedWith(serverAt("https://a.test"), serverAt("https://b.test")),
      /https:\/\/b\.test/,
    );
  });
});

describe("recordMove", () => {
  it("says what could not be written, and fails nothing", async () => {
    const planned = await planMove(world, await evaluateStage(world.project, "canary-25"));
    world.api.onRequest = () => {
      throw new UserError("the cluster cannot be reached", "");
    };
    const end = { began: new Date(), result: "done" as const, seconds: 1 };
    await recordMove(world, planned, end, { identity: ALICE, observer });
    assert.deepEqual(observer.said, [
      "the move could not be written to the history: the cluster cannot be reached",
    ]);
  });
});

describe("the silent observer", () => {
  it("runs what it is given", async () => {
    const work = async (note: (text: string) => void) => note("at it");
    assert.equal(await silentObserver.phase("title", work), undefined);
    assert.equal(silentObserver.say("a word"), undefined);
  });
});
