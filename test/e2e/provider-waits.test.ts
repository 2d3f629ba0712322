import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import { at, type JsonObject, numberAt, objectAt, textAt } from "../../local/provider/json.ts";
import { create } from "../../local/provider/operations.ts";
import { previewCreate } from "../../local/provider/preview.ts";
import { remove } from "../../local/provider/remove.ts";
import type { Bag } from "../../local/provider/values.ts";
import { definition, deployment, service } from "./provider-objects.ts";
import { annotationPath, initFailure, isFailure, startWorld, type World } from "./provider-world.ts";

describe("the stand-in provider's waits on a real cluster", () => {
  let world: World;

  before(async () => {
    world = await startWorld();
  });
  after(() => world.stop());

  describe("a Deployment", () => {
    it("is waited for until every pod is of the new template", async () => {
      const inputs = world.inputs(deployment("web"));
      let outputs = await world.create(inputs);
      assertRolledOut(outputs, 1);
      for (const [weight, replicas] of [
        ["75", 2],
        ["25", 1],
        ["0", 0],
      ] as const) {
        outputs = await world.update(outputs, world.inputs(deployment("web", { weight, replicas })));
        assertRolledOut(outputs, replicas);
      }
      assert.deepEqual(await world.differences(outputs, inputs), [
        "spec.replicas",
        annotationPath("spec", "template", "metadata", "annotations", "ingress.appscode.com/backend-weight"),
      ]);
    });

    it("whose image cannot be pulled says so, and recovers", async () => {
      const made = await world.create(world.inputs(deployment("broken")));
      const missing = world.inputs(deployment("broken", { image: "httpd:no-such-tag" }));
      const failed = await initFailure(world.update(made, missing));
      assert.match(failed.reasons[0] ?? "", /ProgressDeadlineExceeded/);
      assert.match(
        failed.reasons.slice(1).join("\n"),
        /container httpd: \[(ErrImagePull|ImagePullBackOff)\]/,
      );
      const good = world.inputs(deployment("broken"));
      assertRolledOut(await world.update(failed.outputs.value, good), 1);
    });

    it("ends its wait when the engine cancels", async () => {
      const abort = new AbortController();
      const session = { ...world.session, signal: abort.signal };
      const stuck = world.inputs(deployment("cancelled", { image: "httpd:no-such-tag" }));
      setImmediate(() => abort.abort());
      const failed = await initFailure(create(session, stuck, 0));
      assert.match(failed.reasons[0] ?? "", /cancelled while: Waiting for/);
    });
  });

  describe("a Service", () => {
    it("is waited for until it has a ready pod", async () => {
      await world.create(world.inputs(deployment("served")));
      const outputs = await world.create(world.inputs(service("served", "served")));
      assert.ok(textAt(outputs, "spec", "clusterIP"));
    });

    it("without pods fails in its time", async () => {
      const lonely = world.inputs(service("lonely", "nobody"), { "pulumi.com/timeoutSeconds": "1" });
      const failed = await initFailure(world.create(lonely));
      assert.match(failed.reasons[0] ?? "", /timed out after 1 s: Finding Pods/);
    });

    it("of type LoadBalancer is waited for until it has an address", async () => {
      const outputs = await world.create(world.inputs(service("balanced", "served", "LoadBalancer")));
      assert.match(textAt(outputs, "status", "loadBalancer", "ingress", 0, "ip") ?? "", /^\d+\./);
    });
  });

  describe("a custom resource", () => {
    const group = `provider-${process.pid}.test`;
    const thing = (): Bag =>
      world.inputs({
        apiVersion: `${group}/v1`,
        kind: "Thing",
        metadata: { name: "one" },
        spec: { size: 1 },
      });

    it("without its definition is planned in a preview, and refused in words", async () => {
      assert.deepEqual((await previewCreate(world.session, thing())).outputs.value, thing().value);
      await assert.rejects(create(world.session, thing(), 0), (error: unknown) => {
        return isFailure(
          error,
          "no-match",
          /Thing .*required CRDs have been created: no matches for kind "Thing"/,
        );
      });
    });

    it("can be made as soon as its definition is", async () => {
      const inputs: Bag = { value: definition(group), secrets: [] };
      const { outputs } = await create(world.session, inputs, 0);
      try {
        const made = await world.create(thing());
        assert.deepEqual(await world.differences(made, thing()), []);
      } finally {
        await remove(world.session, outputs.value, 0);
      }
    });
  });
});

function assertRolledOut(outputs: JsonObject, replicas: number): void {
  const status = objectAt(outputs, "status");
  assert.equal(status.observedGeneration, at(outputs, "metadata", "generation"));
  for (const field of ["replicas", "updatedReplicas", "availableReplicas"]) {
    assert.equal(numberAt(status, field) ?? 0, replicas, field);
  }
  assert.equal(numberAt(status, "unavailableReplicas") ?? 0, 0);
}
