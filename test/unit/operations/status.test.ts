import assert from "node:assert/strict";
import { beforeEach, describe, it } from "mocha";
import { appendHistory } from "../../../src/application/history.ts";
import { acquireLock } from "../../../src/application/lock.ts";
import { deploymentPath } from "../../../src/cluster/objects.ts";
import type { StackSummary } from "../../../src/engine/pulumi.ts";
import { UserError } from "../../../src/errors.ts";
import { deviationText, readConformance } from "../../../src/operations/conformance.ts";
import { readStatus } from "../../../src/operations/status.ts";
import { FakeWorld } from "../../support/fake-world.ts";
import { ALICE, fakeProject, NAMESPACE, RELEASE } from "../../support/fakes.ts";

const CANARY = deploymentPath(NAMESPACE, "shop-new");

let world: FakeWorld;

beforeEach(() => {
  world = new FakeWorld();
});

const applied = (...names: readonly string[]): StackSummary[] =>
  names.map((name) => ({ name, resources: 9 }));
const status = (...stacks: readonly StackSummary[]) =>
  readStatus(world.project, world.api, Promise.resolve(stacks), undefined);
const conditions = async (...stacks: readonly StackSummary[]) =>
  (await status(...stacks)).stages.map(({ condition }) => condition);

/** Leaves a move to a stage half done. */
async function breakOff(stage: string): Promise<void> {
  world.halfway = async () => {
    throw new UserError("killed", "");
  };
  await assert.rejects((await world.stacks.open(stage)).apply(), /killed/);
}

describe("readStatus", () => {
  it("says that nothing is live, also where there is no cluster yet", async () => {
    const { live, lock, stages } = await readStatus(world.project, undefined, Promise.resolve([]), undefined);
    assert.deepEqual([live, lock], [undefined, undefined]);
    assert.deepEqual(new Set(stages.map(({ condition }) => condition)), new Set(["never applied"]));
    assert.equal((await status()).live, undefined);
  });

  it("has the live stage, its shares, the move that made it and the stage that is next", async () => {
    await world.at("canary-25", "canary-75");
    await appendHistory(world.api, NAMESPACE, "shop-history", {
      ...{ time: "2026-01-02T03:04:05Z", who: ALICE.who, move: "promotion", stage: "canary-75" },
      ...{ release: RELEASE, effective: 75, measured: 74.8, override: "", result: "done", seconds: 9 },
    });
    const { live } = await status();
    assert.deepEqual(live?.shares, { intended: 75, effective: 75, applied: null, measured: 74.8 });
    assert.equal(live.move?.who, ALICE.who);
    assert.equal(live.next, "canary-100");
    assert.deepEqual(live.deviations, []);
  });

  it("does not give out another stage's measurement as the live one's", async () => {
    await world.at("canary-25");
    await appendHistory(world.api, NAMESPACE, "shop-history", {
      ...{ time: "2026-01-02T03:04:05Z", who: ALICE.who, move: "promotion", stage: "canary-75" },
      ...{ release: RELEASE, effective: 75, measured: 75, override: "", result: "done", seconds: 9 },
    });
    const { live } = await status();
    assert.deepEqual([live?.move, live?.shares.measured], [undefined, null]);
  });

  it("tells who holds the lock", async () => {
    await world.at("canary-25");
    const place = { namespace: NAMESPACE, name: "shop-release" };
    const lock = await acquireLock(world.api, place, { holder: ALICE.holder, purpose: "promote canary-75" });
    assert.equal((await status()).lock?.name, ALICE.holder);
    await lock.release();
  });

  it("tells live, applied and never applied stages apart", async () => {
    await world.at("canary-25", "canary-75");
    const found = await conditions(...applied("canary-25", "canary-75"), {
      name: "canary-100",
      resources: 0,
    });
    assert.deepEqual(found, ["applied", "live", "never applied"]);
  });

  it("calls stages of another release behind, and names the first as the next one", async () => {
    await world.at("canary-25", "canary-75", "canary-100");
    const next = fakeProject({ previous: "1.1.0", canary: "1.2.0" });
    const stacks = Promise.resolve(applied("canary-25", "canary-75", "canary-100"));
    const { stages, live } = await readStatus(next, world.api, stacks, undefined);
    assert.deepEqual(
      stages.map(({ condition }) => condition),
      ["behind", "behind", "live"],
    );
    assert.equal(live?.next, "canary-25");
  });

  it("shows a drift that is no stage's, with the value that differs", async () => {
    await world.at("canary-25");
    const found = (await world.api.get<{ spec: object }>(CANARY)) ?? assert.fail();
    world.api.put(CANARY, { ...found, spec: { ...found.spec, replicas: 4 } });
    assert.deepEqual(await conditions(...applied("canary-25")), [
      "drifted",
      "never applied",
      "never applied",
    ]);
    const { live } = await status();
    assert.deepEqual(live?.deviations.map(deviationText), [
      "  Deployment shop-new  replicas is 4, asked for is 1",
    ]);
    assert.equal(live.unfinishedMoveTo, undefined);
  });
});

describe("readConformance", () => {
  it("names the stage that a broken-off move was going to", async () => {
    await world.at("canary-25");
    await breakOff("canary-75");
    const found = await readConformance(world.project, world.api);
    assert.deepEqual([found?.record.stage, found?.unfinishedMoveTo], ["canary-25", "canary-75"]);
  });

  it("has the Deployments that are not there among what deviates", async () => {
    await world.at("canary-25");
    world.api.objects.delete(CANARY);
    const found = await readConformance(world.project, world.api);
    assert.deepEqual(found?.deviations.map(deviationText), ["  Deployment shop-new does not exist"]);
  });
});
