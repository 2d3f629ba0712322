import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { deploymentPath } from "../../../src/cluster/objects.ts";
import { requireUnchanged, takeSnapshot } from "../../../src/operations/live-snapshot.ts";
import { planMove, previewStage } from "../../../src/operations/move.ts";
import { podsThatRestart, summarize } from "../../../src/operations/summary.ts";
import { evaluateStage } from "../../../src/project/evaluate.ts";
import { FakeWorld } from "../../support/fake-world.ts";
import { fakeProject, NAMESPACE, RELEASE, recorder } from "../../support/fakes.ts";
import { BY_ROUTE } from "../../support/gateway/world.ts";

const plannedMove = async (world: FakeWorld, stage: string) =>
  planMove(world, await evaluateStage(world.project, stage));

const CANARY = deploymentPath(NAMESPACE, "shop-new");

describe("summarize", () => {
  it("says what a promotion changes on each track, and what is true in between", async () => {
    const world = await new FakeWorld().at("canary-25");
    const { tracks, during } = summarize(await plannedMove(world, "canary-75"));
    assert.deepEqual(tracks.canary, {
      deployment: "shop-new",
      version: { from: "1.1.0", to: "1.1.0" },
      replicas: { from: 1, to: 1 },
      autoscaling: undefined,
      weight: { from: tracks.canary.weight.from, to: tracks.canary.weight.to },
      intended: { from: 25, to: 75 },
      effective: { from: 25, to: 75 },
      restarts: true,
    });
    assert.deepEqual(tracks.previous.intended, { from: 75, to: 25 });
    assert.ok(during && during.lowest <= 25 && during.highest >= 75);
  });

  it("says which pods an autoscaled track has before it gets its share", async () => {
    const scaled = { min: 1, max: 6, cpu: 70 };
    const routing = { ...BY_ROUTE, replicas: { previous: 1, canary: scaled } };
    const world = await new FakeWorld(fakeProject(RELEASE, routing)).at("canary-25");
    const { tracks } = summarize(await plannedMove(world, "canary-75"));
    assert.deepEqual([tracks.canary.replicas, tracks.canary.autoscaling], [{ from: 1, to: 3 }, scaled]);
    assert.deepEqual(
      [tracks.previous.replicas, tracks.previous.autoscaling],
      [{ from: 1, to: 1 }, undefined],
    );
  });

  it("has nothing before the first release", async () => {
    const { tracks, during } = summarize(await plannedMove(new FakeWorld(), "canary-25"));
    assert.equal(during, undefined);
    assert.deepEqual(tracks.canary.version, { from: undefined, to: "1.1.0" });
    assert.equal(tracks.canary.restarts, false);
  });

  it("restarts nothing where the live stage is applied again", async () => {
    const world = await new FakeWorld().at("canary-25");
    const { tracks, during } = summarize(await plannedMove(world, "canary-25"));
    assert.deepEqual([tracks.previous.restarts, tracks.canary.restarts], [false, false]);
    assert.deepEqual(during, { lowest: 25, highest: 25 });
  });
});

describe("podsThatRestart", () => {
  it("are those of Deployments whose template changes, each once", () => {
    const change = (object: string, path: string) => ({
      ...{ object, path, operation: "update" as const, from: 1, to: 2 },
    });
    const changes = [
      change("Deployment shop-new", "spec.template.metadata.annotations.x"),
      change("Deployment shop-new", "spec.template.spec"),
      change("Deployment shop-previous", "spec.replicas"),
      change("ConfigMap shop-release", "data.stage"),
    ];
    assert.deepEqual(podsThatRestart(changes), ["shop-new"]);
  });
});

describe("previewStage", () => {
  it("carries the live stage's state over once, and not where the objects are the same", async () => {
    const world = await new FakeWorld().at("canary-25");
    await previewStage(world, "canary-75");
    await previewStage(world, "canary-75");
    assert.deepEqual(world.engine, ["import canary-75", "preview canary-75", "preview canary-75"]);
  });

  it("says that it cannot be exact where the live stage's state is lost, and goes on", async () => {
    const world = await new FakeWorld().at("canary-25");
    world.lost.add("canary-25");
    const observer = recorder();
    await previewStage(world, "canary-75", {}, observer);
    assert.deepEqual(world.engine, ["preview canary-75"]);
    assert.deepEqual(observer.said, [
      "the state of stack canary-25 is not there: objects that are taken over may show as new",
    ]);
  });

  it("is refused before the foundation was applied, with what to type", async () => {
    const world = new FakeWorld(fakeProject());
    const nowhere = async () => undefined;
    const { project, stacks } = world;
    await assert.rejects(
      previewStage({ project, stacks, cluster: nowhere, administrator: nowhere }, "canary-25"),
      {
        name: "UserError",
        message: "the foundation, stack foundation, was never applied",
        hint: /^Apply it first: canary foundation, or pulumi up -s foundation\./,
      },
    );
  });
});

describe("the snapshot that a preview is of", () => {
  const read = async (world: FakeWorld) =>
    takeSnapshot(world, await evaluateStage(world.project, "canary-25"));

  it("is the same while only controllers write", async () => {
    const world = await new FakeWorld().at("canary-25");
    const before = (await read(world)) ?? assert.fail();
    const found = (await world.api.get<{ metadata: object }>(CANARY)) ?? assert.fail();
    const annotations = { "deployment.kubernetes.io/revision": "7" };
    const status = { observedGeneration: 1, availableReplicas: 0 };
    world.api.put(CANARY, { ...found, status, metadata: { ...found.metadata, annotations } });
    requireUnchanged(before, (await read(world)) ?? assert.fail());
  });

  it("is another one when an object is gone", async () => {
    const world = await new FakeWorld().at("canary-25");
    const before = (await read(world)) ?? assert.fail();
    world.api.objects.delete(CANARY);
    const after = (await read(world)) ?? assert.fail();
    assert.throws(() => requireUnchanged(before, after), /not applied:\n {2}Deployment shop-new/);
  });
});
