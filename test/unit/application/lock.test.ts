import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { describe, it } from "mocha";
import { acquireLock, breakLock, lockHolder } from "../../../src/application/lock.ts";
import { Refusal, UserError } from "../../../src/errors.ts";
import { holderOf, type Lease, releasedLease, renewedLease, takenLease } from "../../../src/model/lock.ts";
import { FakeApi } from "../../support/fakes.ts";

const PLACE = { namespace: "web", name: "httpd-release" };
const PATH = "/apis/coordination.k8s.io/v1/namespaces/web/leases/httpd-release";
const MINE = { holder: "alice@laptop:1", purpose: "promote canary-75", pulse: 20 };
const THEIRS = { holder: "bob@server:2", purpose: "rollback", pulse: 20 };
const HOUR_MS = 3_600_000;

function leaseOfBob(cluster: FakeApi, renewedAgoMs: number, durationSeconds: number): void {
  const then = new Date(cluster.time().getTime() - renewedAgoMs);
  const lease = takenLease(PLACE, undefined, { name: THEIRS.holder, purpose: THEIRS.purpose }, then);
  cluster.put(PATH, { ...lease, spec: { ...lease.spec, leaseDurationSeconds: durationSeconds } });
}

const lease = (cluster: FakeApi) => cluster.objects.get(PATH) as unknown as Lease;

describe("the lock", () => {
  it("is a Lease that says who holds it, for what and since when", async () => {
    const cluster = new FakeApi();
    const lock = await acquireLock(cluster, PLACE, MINE);
    const holder = await lockHolder(cluster, PLACE);
    assert.equal(holder?.name, MINE.holder);
    assert.equal(holder.purpose, MINE.purpose);
    assert.ok(Math.abs(holder.since.getTime() - Date.now()) < 5000);
    assert.match(lease(cluster).spec.renewTime ?? "", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
    await lock.release();
    assert.equal(await lockHolder(cluster, PLACE), undefined);
  });

  it("is refused while somebody holds it, who is named", async () => {
    const cluster = new FakeApi();
    const lock = await acquireLock(cluster, PLACE, THEIRS);
    await assert.rejects(acquireLock(cluster, PLACE, MINE), (error: unknown) => {
      assert.ok(error instanceof Refusal);
      assert.match(error.message, /held by bob@server:2 \(rollback\) since 20/);
      assert.match(error.hint, /canary unlock --holder bob@server:2/);
      return true;
    });
    await lock.release();
  });

  it("names a holder as one word that a shell reads back, wherever it is said", async () => {
    const cluster = new FakeApi();
    const holder = "bob\u001b[2J; $(id)";
    const lock = await acquireLock(cluster, PLACE, { ...THEIRS, holder, purpose: "rollback\nUnlock it" });
    const word = "$'bob\\U0000001b[2J; $(id)'";
    const held = { name: "Refusal" as string | undefined, message: "", hint: "" };
    await assert.rejects(acquireLock(cluster, PLACE, MINE), (error: Refusal) => {
      Object.assign(held, error, { message: error.message });
      return true;
    });
    assert.ok(held.message.startsWith(`the lock is held by ${word} (rollback) since `), held.message);
    assert.ok(held.hint.startsWith(`Wait until that is done. If ${word} is dead, `), held.hint);
    assert.ok(held.hint.endsWith(`: canary unlock --holder ${word}`), held.hint);
    await assert.rejects(breakLock(cluster, PLACE, "bob"), {
      message: `the lock is held by ${word}, not by bob`,
      hint: `If that one is dead: canary unlock --holder ${word}`,
    });
    await lock.release();
  });

  it("counts who had it, and is free again after a release", async () => {
    const cluster = new FakeApi();
    await (await acquireLock(cluster, PLACE, THEIRS)).release();
    const lock = await acquireLock(cluster, PLACE, MINE);
    assert.equal(lease(cluster).spec.leaseTransitions, 2);
    await lock.release();
  });

  it("says for how long nobody had held it before", async () => {
    const cluster = new FakeApi();
    const first = await acquireLock(cluster, PLACE, THEIRS);
    assert.equal(first.unheldMs, Number.POSITIVE_INFINITY);
    await first.release();
    const second = await acquireLock(cluster, PLACE, MINE);
    assert.ok(second.unheldMs < 1000);
    await second.release();
  });

  it("is renewed while it is held", async () => {
    const cluster = new FakeApi();
    const lock = await acquireLock(cluster, PLACE, MINE);
    const first = lease(cluster).spec.renewTime ?? "";
    await delay(80);
    assert.ok((lease(cluster).spec.renewTime ?? "") > first);
    await lock.release();
  });

  it("of two that want it at once, one gets it", async () => {
    const cluster = new FakeApi();
    const taken = await Promise.allSettled([
      acquireLock(cluster, PLACE, MINE),
      acquireLock(cluster, PLACE, THEIRS),
    ]);
    assert.deepEqual(taken.map(({ status }) => status).sort(), ["fulfilled", "rejected"]);
    for (const result of taken) if (result.status === "fulfilled") await result.value.release();
  });

  it("is taken over once it has expired and is not renewed while it is watched", async () => {
    const cluster = new FakeApi();
    leaseOfBob(cluster, HOUR_MS, 0.1);
    const told: string[] = [];
    const started = performance.now();
    const lock = await acquireLock(cluster, PLACE, { ...MINE, onExpired: ({ name }) => told.push(name) });
    assert.ok(performance.now() - started >= 100, "it is watched for its whole time");
    assert.deepEqual(told, [THEIRS.holder]);
    await lock.release();
  });

  it("is not stolen from a holder that is alive but seems expired: one clock of three is wrong", async () => {
    const cluster = new FakeApi();
    leaseOfBob(cluster, HOUR_MS, 0.2);
    setTimeout(() => cluster.put(PATH, { ...lease(cluster) }), 60);
    await assert.rejects(acquireLock(cluster, PLACE, MINE), /held by bob@server:2/);
  });

  it("is written in the server's time", async () => {
    const cluster = new FakeApi();
    cluster.skew = HOUR_MS;
    const lock = await acquireLock(cluster, PLACE, MINE);
    const since = (await lockHolder(cluster, PLACE))?.since.getTime() ?? 0;
    assert.ok(Math.abs(since - Date.now() - HOUR_MS) < 5000);
    await lock.release();
  });

  it("goes by the server's clock, however wrong this machine's is", async () => {
    const cluster = new FakeApi();
    cluster.skew = -HOUR_MS;
    leaseOfBob(cluster, 1000, 30);
    await assert.rejects(acquireLock(cluster, PLACE, MINE), /ends in 29 s|ends in 30 s/);
  });

  it("is lost when it is broken, and what goes on under it is told", async () => {
    const cluster = new FakeApi();
    const lock = await acquireLock(cluster, PLACE, MINE);
    await breakLock(cluster, PLACE, MINE.holder);
    const other = await acquireLock(cluster, PLACE, THEIRS);
    await delay(80);
    assert.ok(lock.lost.aborted);
    assert.match((lock.lost.reason as UserError).message, /taken away/);
    await lock.release();
    assert.equal((await lockHolder(cluster, PLACE))?.name, THEIRS.holder, "a lost lock is not given back");
    await other.release();
  });

  it("is kept over a while without the server, and over an answer that was lost", async () => {
    const cluster = new FakeApi();
    const lock = await acquireLock(cluster, PLACE, MINE);
    cluster.onRequest = () => {
      throw new UserError("cannot be reached", "");
    };
    await delay(60);
    cluster.onRequest = () => undefined;
    cluster.put(PATH, { ...renewedLease(lease(cluster), cluster.time()) });
    await delay(60);
    assert.equal(lock.lost.aborted, false);
    await lock.release();
    assert.equal(await lockHolder(cluster, PLACE), undefined);
  });

  it("is broken by the holder's name alone", async () => {
    const cluster = new FakeApi();
    await assert.rejects(breakLock(cluster, PLACE, "bob"), /nobody holds/);
    leaseOfBob(cluster, 1000, 30);
    await assert.rejects(breakLock(cluster, PLACE, "bob"), /held by bob@server:2, not by bob/);
    assert.equal((await breakLock(cluster, PLACE, THEIRS.holder)).purpose, "rollback");
    assert.equal(await lockHolder(cluster, PLACE), undefined);
  });
});

describe("a released lease", () => {
  it("keeps its transitions and has no holder", () => {
    const taken = takenLease(PLACE, undefined, { name: "me", purpose: "x" }, new Date());
    assert.equal(releasedLease(taken, new Date()).spec.leaseTransitions, 1);
    assert.equal(holderOf(releasedLease(taken, new Date())), undefined);
  });
});
