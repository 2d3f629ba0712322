import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import fc from "fast-check";
import { beforeEach, describe, it } from "mocha";
import { acquireLock, lockHolder } from "../../../src/application/lock.ts";
import { ApiError } from "../../../src/cluster/api.ts";
import { Refusal, UserError } from "../../../src/errors.ts";
import { FakeApi } from "../../support/fakes.ts";

const PLACE = { namespace: "web", name: "shop-release" };
const PATH = "/apis/coordination.k8s.io/v1/namespaces/web/leases/shop-release";
const ALICE = { holder: "alice@laptop:1", purpose: "promote canary-25", pulse: 5 };
const BOB = { holder: "bob@desk:2", purpose: "rollback", pulse: 5 };
const LEASE_MS = 60;

let api: FakeApi;

beforeEach(() => {
  api = new FakeApi();
});

/** Bob's lease, renewed at some time by some clock. */
function bobsLease(renewed: Date): void {
  api.put(PATH, {
    metadata: { ...PLACE, annotations: { "canary-stages/purpose": "rollback" } },
    spec: {
      holderIdentity: BOB.holder,
      leaseDurationSeconds: LEASE_MS / 1000,
      acquireTime: renewed.toISOString(),
      renewTime: renewed.toISOString(),
    },
  });
}

/** Waits until a signal aborts and gives its reason. */
async function lossOf(signal: AbortSignal): Promise<UserError> {
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve));
  return signal.reason as UserError;
}

describe("taking the lock", () => {
  it("never takes it from a holder who renews, however wrong any clock is", async () => {
    const skews = fc.integer({ min: -3_600_000, max: 3_600_000 });
    await fc.assert(
      fc.asyncProperty(skews, skews, async (server, holder) => {
        api = new FakeApi();
        api.skew = server;
        // Whenever somebody looks, Bob has renewed it: by a timer of this process he would be late when Alice is.
        api.onRequest = () => bobsLease(new Date(Date.now() + holder));
        await assert.rejects(acquireLock(api, PLACE, ALICE), Refusal);
        assert.equal((await lockHolder(api, PLACE))?.name, BOB.holder);
      }),
      { numRuns: 15 },
    );
  });

  it("says that the foundation is missing where the namespace is", async () => {
    api.onRequest = (method) => {
      if (method === "POST") throw new ApiError(404, "namespaces web not found");
    };
    await assert.rejects(acquireLock(api, PLACE, ALICE), /namespace web does not exist/);
  });

  it("hands on what the server refuses for another reason", async () => {
    api.onRequest = (method) => {
      if (method === "POST") throw new ApiError(403, "forbidden");
    };
    await assert.rejects(acquireLock(api, PLACE, ALICE), { status: 403 });
  });
});

describe("holding the lock", () => {
  it("is still ours when the answer to a renewal was lost on the way", async () => {
    const lock = await acquireLock(api, PLACE, ALICE);
    const before = (await api.get<object>(PATH)) ?? assert.fail();
    const { metadata } = api.put(PATH, before);
    const version = async () =>
      (await api.get<{ metadata: { resourceVersion: string } }>(PATH))?.metadata.resourceVersion;
    while ((await version()) === metadata.resourceVersion) await delay(2);
    assert.equal(lock.lost.aborted, false);
    await lock.release();
  });

  it("outlasts a server that is away for a moment, and no longer than its lease", async () => {
    const lock = await acquireLock(api, PLACE, ALICE);
    let refused = 0;
    api.onRequest = (method) => {
      if (method !== "PUT") return;
      refused++;
      throw new UserError("the cluster cannot be reached", "");
    };
    while (refused < 3) await delay(2);
    assert.equal(lock.lost.aborted, false);
    const now = performance.now.bind(performance);
    performance.now = () => now() + 30_000;
    try {
      assert.match((await lossOf(lock.lost)).message, /could not be renewed: the cluster cannot be reached/);
    } finally {
      performance.now = now;
    }
    // On the server it is still ours: once that is back, nobody has to wait for its end.
    api.onRequest = () => undefined;
    await lock.release();
    assert.equal(await lockHolder(api, PLACE), undefined);
  });
});
