import assert from "node:assert/strict";
import { beforeEach, describe, it } from "mocha";
import { breakLock, lockHolder } from "../../../src/application/lock.ts";
import { ApiError } from "../../../src/cluster/api.ts";
import { UserError } from "../../../src/errors.ts";
import type { HistoryEntry } from "../../../src/model/history.ts";
import { remember, underLock } from "../../../src/operations/guarded.ts";
import { ownIdentity } from "../../../src/operations/identity.ts";
import { silentObserver } from "../../../src/operations/observer.ts";
import { FakeWorld } from "../../support/fake-world.ts";
import { ALICE, NAMESPACE, RELEASE, recorder } from "../../support/fakes.ts";

const PLACE = { namespace: NAMESPACE, name: "shop-release" };
const LEASES = `/apis/coordination.k8s.io/v1/namespaces/${NAMESPACE}/leases`;

let world: FakeWorld;
let observer: ReturnType<typeof recorder>;

beforeEach(() => {
  world = new FakeWorld();
  observer = recorder();
});

const locked = <T>(work: (signal: AbortSignal) => Promise<T>, signal = new AbortController().signal) =>
  underLock(world, world.project.config, "test", { identity: ALICE, observer, signal }, work);
const holder = async () => (await lockHolder(world.api, PLACE))?.name;

describe("underLock", () => {
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

describe("remember", () => {
  const entry: HistoryEntry = {
    ...{ time: "2026-01-02T03:04:05Z", who: ALICE.who, move: "promotion", stage: "canary-25" },
    ...{ release: RELEASE, effective: 25, measured: null, override: "", result: "done", seconds: 1 },
  };

  it("says what could not be written, and fails nothing", async () => {
    world.api.onRequest = () => {
      throw new UserError("the cluster cannot be reached", "");
    };
    await remember(world, world.project.config, entry, observer);
    assert.deepEqual(observer.said, [
      "the move could not be written to the history: the cluster cannot be reached",
    ]);
  });
});

describe("ownIdentity", () => {
  it("is a person at a machine, and this process of theirs", () => {
    const { who, holder: name } = ownIdentity();
    assert.match(who, /^[^@]+@.+$/);
    assert.equal(name, `${who}:${process.pid}`);
  });
});

describe("the silent observer", () => {
  it("runs what it is given", async () => {
    const work = async (note: (text: string) => void) => note("at it");
    assert.equal(await silentObserver.phase("title", work), undefined);
    assert.equal(silentObserver.say("a word"), undefined);
  });
});
