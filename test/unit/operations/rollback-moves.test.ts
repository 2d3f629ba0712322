import assert from "node:assert/strict";
import { beforeEach, describe, it } from "mocha";
import { type LockHolder, StackBusy } from "../../../src/engine/stacks.ts";
import { Refusal, UserError } from "../../../src/errors.ts";
import { type RollbackOptions, rollback } from "../../../src/operations/rollback.ts";
import { FakeWorld } from "../../support/fake-world.ts";
import { ALICE, fakeProject, recorder } from "../../support/fakes.ts";

let world: FakeWorld;
let observer: ReturnType<typeof recorder>;

beforeEach(() => {
  world = new FakeWorld();
  observer = recorder();
});

const options = (more: Partial<RollbackOptions> = {}): RollbackOptions => ({
  identity: ALICE,
  observer,
  signal: new AbortController().signal,
  verification: undefined,
  confirm: async () => true,
  ...more,
});

describe("rollback", () => {
  it("goes to the stage that was live before, without a preview", async () => {
    await world.at("canary-25", "canary-75", "canary-100");
    const { stage, move } = await rollback(world, undefined, options());
    assert.deepEqual([stage, move], ["canary-75", "rollback"]);
    assert.deepEqual(world.engine, ["apply canary-75"]);
    assert.equal(await world.liveStage(), "canary-75");
    const [entry] = await world.history();
    assert.deepEqual([entry?.stage, entry?.move, entry?.result], ["canary-75", "rollback", "done"]);
  });

  it("goes to the stage that is named", async () => {
    await world.at("canary-25", "canary-75", "canary-100");
    await rollback(world, "canary-25", options());
    assert.equal(await world.liveStage(), "canary-25");
  });

  it("does not wait for a canary that is broken", async () => {
    await world.at("canary-25", "canary-75");
    world.broken = "canary-25";
    const { applied } = await rollback(world, undefined, options());
    assert.equal(applied, true);
    assert.equal((await world.history())[0]?.result, "done");
  });

  it("repairs the live stage when a move from it did not end", async () => {
    await world.at("canary-25");
    world.halfway = async () => {
      throw new UserError("killed", "");
    };
    const stack = await world.stacks.open("canary-75");
    await assert.rejects(stack.apply());
    world.halfway = async () => undefined;
    const { stage, move } = await rollback(world, undefined, options());
    assert.deepEqual([stage, move], ["canary-25", "reapply"]);
  });

  it("changes nothing when the answer is no", async () => {
    await world.at("canary-25", "canary-75");
    const { applied } = await rollback(world, undefined, options({ confirm: async () => false }));
    assert.equal(applied, false);
    assert.deepEqual(world.engine, []);
  });

  it("takes a dead engine's lock away, and leaves that of one that may live", async () => {
    await world.at("canary-25", "canary-75");
    let holder: LockHolder = {
      ...{ user: "alice", host: "laptop", pid: 4711, since: "10:00", condition: "not seen here" },
    };
    world.begin = (operation) => {
      const isTaken = !world.engine.includes("cancel canary-25");
      if (operation === "apply" && isTaken) throw new StackBusy("canary-25", [holder]);
    };
    await assert.rejects(
      rollback(world, undefined, options()),
      /another update of stack canary-25 is under way/,
    );
    assert.ok(!world.engine.includes("cancel canary-25"));
    holder = { ...holder, condition: "ended" };
    await rollback(world, "canary-25", options());
    assert.ok(world.engine.includes("cancel canary-25"));
  });

  const refused: readonly [what: string, at: readonly string[], stage: string | undefined, RegExp][] = [
    ["nothing was released", [], undefined, /nothing was released/],
    [
      "the stage lies ahead",
      ["canary-25"],
      "canary-75",
      /no way back: it would be a promotion \(live is canary-25\)/,
    ],
  ];
  for (const [what, at, stage, message] of refused) {
    it(`is refused before the engine is called where ${what}`, async () => {
      await world.at(...at);
      await assert.rejects(rollback(world, stage, options()), (error: unknown) => {
        assert.ok(error instanceof Refusal);
        assert.match(error.message, message);
        return true;
      });
      assert.deepEqual(world.engine, []);
    });
  }

  it("is the abort where the release was at no stage before", async () => {
    await world.at("canary-25");
    const { stage, move } = await rollback(world, undefined, options());
    assert.deepEqual([stage, move], ["canary-0", "abort"]);
    assert.equal(await world.liveStage(), "canary-0");
  });

  it("is refused when Pulumi.yaml names another release than the live one", async () => {
    await world.at("canary-25", "canary-75");
    const project = fakeProject({ previous: "1.0.0", canary: "1.2.0" });
    const { stacks, cluster, administrator } = world;
    const other = { project, stacks, cluster, administrator };
    await assert.rejects(
      rollback(other, "canary-25", options()),
      /Pulumi\.yaml has release 1\.0\.0 → 1\.2\.0, but live is 1\.0\.0 → 1\.1\.0 at canary-75/,
    );
  });
});
