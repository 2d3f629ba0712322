import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "mocha";
import { configMapPath, deploymentPath } from "../../../src/cluster/objects.ts";
import { Interrupted, StackBusy } from "../../../src/engine/stacks.ts";
import { Refusal, UserError } from "../../../src/errors.ts";
import { readConformance } from "../../../src/operations/conformance.ts";
import { previewStage } from "../../../src/operations/move.ts";
import { type PromoteOptions, promote } from "../../../src/operations/promote.ts";
import { FakeWorld } from "../../support/fake-world.ts";
import { ALICE, fakeProject, NAMESPACE, recorder } from "../../support/fakes.ts";

const LEASE = `/apis/coordination.k8s.io/v1/namespaces/${NAMESPACE}/leases/shop-release`;

let world: FakeWorld;
let observer: ReturnType<typeof recorder>;

beforeEach(() => {
  world = new FakeWorld();
  observer = recorder();
});
afterEach(() => world.close());

function options(more: Partial<PromoteOptions> = {}): PromoteOptions {
  return {
    identity: ALICE,
    observer,
    signal: new AbortController().signal,
    verification: undefined,
    confirm: async () => true,
    rollbackOnFailure: false,
    takeOver: false,
    ...more,
  };
}

const holder = async () =>
  (await world.api.get<{ spec: { holderIdentity?: string } }>(LEASE))?.spec.holderIdentity;

describe("promote", () => {
  it("previews, applies, measures, and writes the move down", async () => {
    await world.at("canary-25");
    const outcome = await promote(world, "canary-75", options({ verification: await world.verification() }));
    assert.deepEqual(world.engine, ["import canary-75", "preview canary-75", "apply canary-75"]);
    assert.equal(outcome.verification?.fits, true);
    assert.equal(outcome.changes.length, 1);
    assert.deepEqual(Object.keys(outcome.timing), ["preview", "apply", "settle", "verify"]);
    const [entry] = await world.history();
    assert.equal(entry?.who, "alice@laptop");
    assert.equal(entry.move, "promotion");
    assert.equal(entry.stage, "canary-75");
    assert.equal(entry.result, "done");
    assert.ok(Math.abs((entry.measured ?? 0) - 75) < 5);
    assert.equal(await holder(), undefined);
  });

  it("takes no offence at a pod that was restarted before it began", async () => {
    world.restarts.set("shop-new-6f7d9-x2k4p", 3);
    await world.at("canary-25");
    const { verification } = await promote(
      world,
      "canary-75",
      options({ verification: await world.verification() }),
    );
    assert.deepEqual([verification?.problems, verification?.fits], [[], true]);
  });

  it("holds the lock all the while, so that a second one is refused before the engine is called", async () => {
    await world.at("canary-25");
    world.halfway = async () => {
      assert.equal(await holder(), ALICE.holder);
      const bob = { who: "bob@desk", holder: "bob@desk:2" };
      await assert.rejects(
        promote(world, "canary-75", options({ identity: bob })),
        /held by alice@laptop:4711 \(promote canary-75\) since \d{4}-/,
      );
    };
    await promote(world, "canary-75", options());
    assert.deepEqual(world.engine, ["import canary-75", "preview canary-75", "apply canary-75"]);
  });

  it("reads no state by a name from the record that is no stage, and says what is wrong with it", async () => {
    await world.at("canary-25");
    const path = configMapPath(NAMESPACE, "shop-release");
    const found = world.api.objects.get(path) as unknown as { data: object };
    world.api.put(path, { ...found, data: { ...found.data, stage: "--show-secrets" } });
    const { contradictions } = await previewStage(world, "canary-25");
    assert.deepEqual(contradictions, [
      "names stage --show-secrets, which is not in lifecycle: canary-25, canary-75, canary-100, canary-0",
      "is of --show-secrets, which it does not list as reached",
    ]);
    assert.ok(!world.asked.some((asked) => asked.startsWith("--show-secrets")), world.asked.join("; "));
    await assert.rejects(readConformance(world.project, world.api), {
      message: /^the release record names stage --show-secrets as live, which is not in lifecycle/,
    });
  });

  it("changes nothing when the answer is no", async () => {
    await world.at("canary-25");
    const outcome = await promote(world, "canary-75", options({ confirm: async () => false }));
    assert.equal(outcome.applied, false);
    assert.ok(!world.engine.includes("apply canary-75"));
    assert.deepEqual(await world.history(), []);
    assert.equal(await holder(), undefined);
  });

  it("asks the engine nothing more for a stage that is live and as it should be", async () => {
    await world.at("canary-25");
    const { move, applied } = await promote(world, "canary-25", options());
    assert.deepEqual([move, applied], ["reapply", true]);
    assert.deepEqual(world.engine, ["preview canary-25"]);
  });

  it("refuses what the lifecycle does not allow before the engine is called", async () => {
    await world.at("canary-25");
    await assert.rejects(promote(world, "canary-100", options()), Refusal);
    await assert.rejects(promote(world, "canary-50", options()), /stage canary-50 is not in lifecycle/);
    assert.deepEqual(world.engine, []);
    assert.deepEqual(await world.history(), []);
  });

  it("applies nothing to a cluster that was changed after the preview, and names the change", async () => {
    await world.at("canary-25");
    const path = deploymentPath(NAMESPACE, "shop-previous");
    const confirm = async () => {
      const found = (await world.api.get<{ spec: object }>(path)) ?? assert.fail();
      world.api.put(path, { ...found, spec: { ...found.spec, replicas: 3 } });
      return true;
    };
    await assert.rejects(promote(world, "canary-75", options({ confirm })), (error: unknown) => {
      assert.ok(error instanceof UserError);
      assert.match(error.message, /changed after the preview/);
      assert.match(error.message, /Deployment shop-previous {2}spec\.replicas {2}1 → 3/);
      return true;
    });
    assert.ok(!world.engine.includes("apply canary-75"));
    assert.equal(await world.liveStage(), "canary-25");
    assert.deepEqual(await world.history(), []);
  });

  it("takes the lock of a dead engine away, says so, and goes on", async () => {
    let isLocked = true;
    world.begin = (operation) => {
      if (operation === "cancel") isLocked = false;
      const dead = { user: "alice", host: "laptop", pid: 4711, since: "10:00", condition: "ended" as const };
      if (operation === "preview" && isLocked) throw new StackBusy("canary-25", [dead]);
    };
    await promote(world, "canary-25", options());
    const expected = ["preview", "cancel", "preview", "apply"].map((operation) => `${operation} canary-25`);
    assert.deepEqual(world.engine, expected);
    assert.match(observer.said.join("\n"), /canary-25 was locked by an engine that is dead/);
  });
});

describe("a promotion that does not end well", () => {
  it("says what failed, what is live and what to do; history has it", async () => {
    await world.at("canary-25");
    world.broken = "canary-75";
    world.halfway = async () => {
      throw new UserError("update failed: quota", "");
    };
    await assert.rejects(promote(world, "canary-75", options()), (error: unknown) => {
      assert.ok(error instanceof UserError);
      assert.match(error.message, /update failed: quota/);
      assert.match(error.message, /canary-25 is live, but not all of it:/);
      assert.match(error.message, /Deployment shop-new {2}backend-weight is 75, asked for is 25/);
      assert.match(error.hint, /canary promote canary-75\. Go back with: canary rollback/);
      return true;
    });
    const [entry] = await world.history();
    assert.deepEqual([entry?.result, entry?.reason], ["failed", "update failed: quota"]);
  });

  it("stays, when it does not fit and nobody asked for more", async () => {
    await world.at("canary-25");
    world.restarting = "canary-75";
    const { verification, rolledBack } = await promote(
      world,
      "canary-75",
      options({ verification: await world.verification() }),
    );
    assert.deepEqual(verification?.problems, ["Pod shop-new-6f7d9-x2k4p: restarted 2 times"]);
    assert.equal(rolledBack, undefined);
    assert.equal(await world.liveStage(), "canary-75");
    assert.equal((await world.history())[0]?.result, "does not fit");
  });

  it("goes back under the same lock with rollback-on-failure, when it does not fit", async () => {
    await world.at("canary-25");
    world.restarting = "canary-75";
    const verification = await world.verification();
    const outcome = await promote(world, "canary-75", options({ verification, rollbackOnFailure: true }));
    assert.equal(outcome.rolledBack?.stage, "canary-25");
    assert.equal(await world.liveStage(), "canary-25");
    const moves = (await world.history()).map(({ stage, result }) => `${stage} ${result}`);
    assert.deepEqual(moves, ["canary-25 done", "canary-75 does not fit"]);
    assert.match(observer.said.join("\n"), /canary-75 does not fit: Pod shop-new/);
  });

  it("stays applied, and is no refusal, when it does not fit and the way back is locked by another engine", async () => {
    await world.at("canary-25");
    world.restarting = "canary-75";
    const other = { user: "bob", host: "desk", pid: 2, since: "10:00", condition: "unknown" as const };
    world.begin = (operation) => {
      if (operation === "apply" && world.engine.at(-1) === "apply canary-25") {
        throw new StackBusy("canary-25", [other]);
      }
    };
    const verification = await world.verification();
    const outcome = await promote(world, "canary-75", options({ verification, rollbackOnFailure: true }));
    assert.deepEqual([outcome.applied, outcome.verification?.fits], [true, false]);
    assert.equal(outcome.rolledBack, undefined);
    assert.match(
      observer.said.join("\n"),
      /canary-75 could not be rolled back: another update of stack canary-25/,
    );
  });

  it("goes back with rollback-on-failure, when it cannot be applied", async () => {
    await world.at("canary-25");
    world.broken = "canary-75";
    const failed = promote(world, "canary-75", options({ rollbackOnFailure: true }));
    await assert.rejects(failed, /canary-75 failed and was rolled back: .*it made no progress/);
    assert.equal(await world.liveStage(), "canary-25");
    const moves = (await world.history()).map(({ stage, move, result }) => `${stage} ${move} ${result}`);
    assert.deepEqual(moves, ["canary-25 rollback done", "canary-75 promotion failed"]);
  });

  it("stays where it is with rollback-on-failure, when nothing was applied", async () => {
    await world.at("canary-25", "canary-75");
    const confirm = async () => {
      world.api.objects.delete(deploymentPath(NAMESPACE, "shop-previous"));
      return true;
    };
    const failed = promote(world, "canary-100", options({ confirm, rollbackOnFailure: true }));
    await assert.rejects(failed, /^the cluster was changed after the preview/);
    assert.equal(await world.liveStage(), "canary-75");
    assert.ok(world.engine.every((call) => !call.startsWith("apply")));
  });

  it("goes back to the stage that was live, and no further, when the engine fails at once", async () => {
    await world.at("canary-25", "canary-75");
    world.begin = (operation) => {
      if (operation === "apply" && world.engine.at(-1) === "apply canary-100")
        throw new UserError("no engine", "");
    };
    const failed = promote(world, "canary-100", options({ rollbackOnFailure: true }));
    await assert.rejects(failed, /canary-100 failed and was rolled back: no engine/);
    assert.equal(await world.liveStage(), "canary-75");
  });

  it("stays where it is with rollback-on-failure, when another engine is at work", async () => {
    await world.at("canary-25", "canary-75");
    const other = { user: "bob", host: "desk", pid: 2, since: "10:00", condition: "unknown" as const };
    world.begin = (operation) => {
      if (operation === "apply") throw new StackBusy("canary-100", [other]);
    };
    const failed = promote(world, "canary-100", options({ rollbackOnFailure: true }));
    await assert.rejects(failed, /^another update of stack canary-100 is under way, by bob@desk/);
    const applied = world.engine.filter((call) => call.startsWith("apply"));
    assert.deepEqual(applied, ["apply canary-100"]);
  });

  it("stops when it is interrupted, says the state, and does not go back by itself", async () => {
    await world.at("canary-25");
    const stop = new AbortController();
    world.halfway = async (_stage, { signal }) => {
      stop.abort(new Interrupted(true));
      assert.ok(signal?.aborted, "the engine is told");
      throw new UserError("the update was cancelled", "");
    };
    await assert.rejects(
      promote(world, "canary-75", options({ signal: stop.signal, rollbackOnFailure: true })),
      /^stopped by the operator\nthe update was cancelled\nBy the release record, canary-25 is live/,
    );
    assert.equal((await world.history())[0]?.result, "cancelled");
    assert.equal(await holder(), undefined);
    assert.equal(world.engine.filter((call) => call.startsWith("apply")).length, 1);
  });

  it("says that nothing is released yet, when the first stage fails", async () => {
    world = new FakeWorld(fakeProject());
    world.halfway = async () => {
      throw new UserError("no quota", "");
    };
    await assert.rejects(promote(world, "canary-25", options()), /no quota\nNothing is released yet\./);
  });
});
