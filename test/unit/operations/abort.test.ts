import assert from "node:assert/strict";
import { beforeEach, describe, it } from "mocha";
import { configMapPath } from "../../../src/cluster/objects.ts";
import { Refusal, UserError } from "../../../src/errors.ts";
import { type AbortOptions, abort } from "../../../src/operations/abort.ts";
import type { Operator } from "../../../src/operations/operator.ts";
import { FakeWorld } from "../../support/fake-world.ts";
import { ALICE, fakeProject, NAMESPACE, recorder } from "../../support/fakes.ts";

const NEXT = { previous: "1.1.0", canary: "1.2.0" };

let world: FakeWorld;
let observer: ReturnType<typeof recorder>;

beforeEach(() => {
  world = new FakeWorld();
  observer = recorder();
});

const options = (more: Partial<AbortOptions> = {}): AbortOptions => ({
  identity: ALICE,
  observer,
  signal: new AbortController().signal,
  verification: undefined,
  confirm: async () => true,
  reason: "errors doubled",
  ...more,
});

const recordOf = (of: FakeWorld) => of.liveRecord();

/** The same cluster, with another release in Pulumi.yaml. */
function withRelease(release: typeof NEXT): FakeWorld {
  const other = new FakeWorld(fakeProject(release));
  for (const [path, object] of world.api.objects) other.api.put(path, object);
  return other;
}

/** A move to the first stage of the next release that ended when the canary's Deployment was changed. */
async function beginNext(): Promise<FakeWorld> {
  const next = withRelease(NEXT);
  next.halfway = async () => {
    throw new UserError("killed", "");
  };
  await assert.rejects((await next.stacks.open("canary-25")).apply());
  next.halfway = async () => undefined;
  next.engine.length = 0;
  return next;
}

/** Somebody writes another stage's name into the record. */
function renameLiveStage(stage: string): void {
  const path = configMapPath(NAMESPACE, "shop-release");
  const found = world.api.objects.get(path) as unknown as { data: object };
  world.api.put(path, { ...found, data: { ...found.data, stage } });
}

describe("an abort", () => {
  for (const stages of [
    ["canary-25"],
    ["canary-25", "canary-75"],
    ["canary-25", "canary-75", "canary-100"],
  ]) {
    it(`takes the canary out at ${stages.at(-1)}, in one step and without a preview`, async () => {
      await world.at(...stages);
      const { stage, move } = await abort(world, options());
      assert.deepEqual([stage, move], ["canary-0", "abort"]);
      assert.deepEqual(world.engine, ["apply canary-0"]);
      const record = await recordOf(world);
      assert.deepEqual([record?.liveVersion, record?.reached], ["1.0.0", []]);
      assert.deepEqual(record?.aborted, { by: "alice@laptop", reason: "errors doubled" });
      const [entry] = await world.history();
      assert.deepEqual([entry?.move, entry?.result, entry?.reason], ["abort", "done", "errors doubled"]);
    });
  }

  it("takes the canary out where the record names a stage that is none, and reads no state by that name", async () => {
    await world.at("canary-25");
    renameLiveStage("foundation");
    const { stage } = await abort(world, options());
    assert.equal(stage, "canary-0");
    assert.deepEqual(world.asked, []);
  });

  it("does not wait for a canary that is broken", async () => {
    await world.at("canary-25");
    world.broken = "canary-0";
    assert.equal((await abort(world, options())).applied, true);
  });

  it("gets out of a new release that is half applied: the version that was live serves on", async () => {
    await world.at("canary-25", "canary-75", "canary-100");
    const next = await beginNext();
    const { stage } = await abort(next, options());
    assert.equal(stage, "canary-0");
    assert.equal((await recordOf(next))?.liveVersion, "1.1.0");
  });

  it("goes to the stage that is live where the commit of the new release was taken back already", async () => {
    await world.at("canary-25", "canary-75", "canary-100");
    const next = await beginNext();
    for (const [path, object] of next.api.objects) world.api.put(path, object);
    const { stage, move } = await abort(world, options());
    assert.deepEqual([stage, move], ["canary-100", "reapply"]);
    assert.equal((await recordOf(world))?.liveVersion, "1.1.0");
  });

  it("keeps the version that serves where Pulumi.yaml has the next release too early", async () => {
    await world.at("canary-25");
    const early = withRelease(NEXT);
    await abort(early, options());
    const record = await recordOf(early);
    assert.deepEqual([record?.liveVersion, record?.release.canary], ["1.0.0", "1.1.0"]);
  });

  it("is done once more without harm", async () => {
    await world.at("canary-25");
    await abort(world, options());
    const { stage, changes } = await abort(world, options({ reason: "" }));
    assert.deepEqual([stage, changes], ["canary-0", []]);
  });

  it("changes nothing when the answer is no", async () => {
    await world.at("canary-25");
    const { applied } = await abort(world, options({ confirm: async () => false }));
    assert.equal(applied, false);
    assert.deepEqual(world.engine, []);
  });

  it("is refused where nothing was released", async () => {
    const operator: Operator = world;
    await assert.rejects(abort(operator, options()), (error: unknown) => {
      assert.ok(error instanceof Refusal);
      assert.match(error.message, /nothing was released/);
      return true;
    });
    assert.deepEqual(world.engine, []);
  });
});
