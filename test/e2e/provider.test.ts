import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import { at, objectAt, textAt } from "../../local/provider/json.ts";
import { create } from "../../local/provider/operations.ts";
import { previewCreate, previewUpdate } from "../../local/provider/preview.ts";
import { read } from "../../local/provider/read.ts";
import { remove } from "../../local/provider/remove.ts";
import { type Bag, UNKNOWN } from "../../local/provider/values.ts";
import { environment } from "./environment.ts";
import { configMap, others } from "./provider-objects.ts";
import { initFailure, isFailure, MANAGER, startWorld, type World } from "./provider-world.ts";

describe("the stand-in provider on a real API server", () => {
  let world: World;

  before(async () => {
    world = await startWorld();
  });
  after(() => world.stop());

  it("makes every kind of object that the program has, and then sees no difference", async () => {
    for (const object of others(world.namespace)) {
      const annotations = objectAt(object, "metadata", "annotations");
      const inputs = world.inputs(object, annotations);
      const outputs = await world.create(inputs);
      assert.deepEqual(await world.differences(outputs, inputs), [], String(object.kind));
    }
  });

  it("waits for a service account's token", async () => {
    const token = await world.session.cluster.get(ref("v1", "Secret", "token"));
    assert.ok(textAt(token, "data", "token"));
  });

  describe("previews", () => {
    it("a creation by asking the server, and keeps nothing", async () => {
      const inputs = world.inputs(configMap("preview", { key: "value" }));
      const { outputs } = await previewCreate(world.session, inputs);
      assert.equal(at(outputs.value, "metadata", "uid"), UNKNOWN);
      assert.equal(await world.session.cluster.get(ref("v1", "ConfigMap", "preview")), undefined);
    });

    it("taking an object over with its live values", async () => {
      const inputs = world.inputs(configMap("taken", { key: "value" }));
      const made = await world.create(inputs);
      const { outputs } = await previewCreate(world.session, inputs);
      assert.equal(at(outputs.value, "metadata", "uid"), at(made, "metadata", "uid"));
    });

    it("an update without applying it", async () => {
      const made = await world.create(world.inputs(configMap("still", { key: "one" })));
      const inputs = world.inputs(configMap("still", { key: "two" }));
      const { value } = await previewUpdate(world.session, made, inputs);
      assert.deepEqual(value.data, { key: "two" });
      const live = await world.session.cluster.get(ref("v1", "ConfigMap", "still"));
      assert.deepEqual(live?.data, { key: "one" });
    });

    it("objects in a namespace that is only planned", async () => {
      const planned = {
        value: { ...configMap("a", {}), metadata: { name: "a", namespace: "planned" } },
        secrets: [],
      };
      assert.deepEqual((await previewCreate(world.session, planned)).outputs.value, planned.value);
    });

    it("the replacement of an immutable ConfigMap", async () => {
      const was = world.inputs(configMap("frozen", { key: "one" }, true));
      const made = await world.create(was);
      const inputs = world.inputs(configMap("frozen", { key: "two" }, true));
      assert.deepEqual(await world.differences(made, inputs), ["data.key"]);
      const { outputs } = await previewCreate(world.session, inputs, { replaces: true });
      assert.deepEqual(outputs.value, inputs.value);
    });
  });

  describe("existing objects", () => {
    it("are in the way of a creation without upsert", async () => {
      const inputs = world.inputs(configMap("there", { key: "value" }));
      await world.create(inputs);
      const strict = await world.sessionWith({ upsertExistingObjects: false });
      await assert.rejects(create(strict, inputs, 0), (error: unknown) => {
        return isFailure(
          error,
          "exists",
          /was not successfully created .*configmaps "there" already exists$/,
        );
      });
      await create(strict, world.inputs(configMap("fresh", {})), 0);
    });

    it("are imported with the fields that somebody set", async () => {
      await world.byHand(configMap("imported", { key: "value" }));
      const empty: Bag = { value: {}, secrets: [] };
      const type = "kubernetes:core/v1:ConfigMap";
      const id = `${world.namespace}/imported`;
      const found = await read(world.session, { type, id, outputs: {}, inputs: empty });
      assert.deepEqual(found?.inputs.value, {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "imported", namespace: world.namespace, annotations: undefined },
        data: { key: "value" },
      });
    });

    it("that were changed by hand show the change, and are repaired", async () => {
      const inputs = world.inputs(configMap("drift", { key: "value", other: "same" }));
      const made = await world.create(inputs);
      await world.byHand(configMap("drift", { key: "by hand" }));
      assert.deepEqual(await world.differences(made, inputs), ["data.key"]);
      const forced = world.inputs(configMap("drift", { key: "value", other: "same" }), {
        "pulumi.com/patchForce": "true",
      });
      const repaired = await world.update(made, forced);
      assert.deepEqual(repaired.data, { key: "value", other: "same" });
    });

    it("whose fields another manager owns are not changed without force", async () => {
      const inputs = world.inputs(configMap("owned", { key: "value" }));
      const made = await world.create(inputs);
      await world.byHand(configMap("owned", { key: "by hand" }));
      const failed = await initFailure(world.update(made, inputs));
      assert.match(
        failed.reasons[0] ?? "",
        /field conflict detected.*patchForce.*conflict with "somebody".*\.data\.key/s,
      );
      assert.deepEqual(failed.outputs.value.data, { key: "by hand" });
    });

    it("lose what another manager of ours had, after a change of its name", async () => {
      const first = world.inputs(configMap("renamed", { kept: "1", gone: "2" }));
      const made = await world.create(first);
      const second = world.inputs(configMap("renamed", { kept: "1" }), {
        "pulumi.com/patchFieldManager": "next",
        "pulumi.com/patchForce": "true",
      });
      const moved = await world.update(made, second);
      assert.equal(moved.__fieldManager, "next");
      const live = await world.session.cluster.get(ref("v1", "ConfigMap", "renamed"));
      assert.deepEqual(live?.data, { kept: "1" });
    });
  });

  describe("a restricted account", () => {
    it("is told what it may not do", async () => {
      const restricted = await world.sessionWith({
        kubeconfig: await deployerKubeconfig(),
        context: undefined,
      });
      const inputs = world.inputs(configMap("refused", {}));
      await assert.rejects(create(restricted, inputs, 0), (error: unknown) => {
        return isFailure(
          error,
          "forbidden",
          /User "system:serviceaccount:.*:deployer" cannot patch resource "configmaps"/,
        );
      });
      assert.deepEqual((await previewCreate(restricted, inputs)).outputs.value, inputs.value);
    });
  });

  it("names the finalizer that holds an object which should go", async () => {
    const held = configMap("held", {});
    const metadata = { name: "held", finalizers: ["example.com/hold"] };
    const outputs = await world.create(
      world.inputs({ ...held, metadata }, { "pulumi.com/timeoutSeconds": "1" }),
    );
    await assert.rejects(
      remove(world.session, outputs, 0),
      /ConfigMap .*held is still being deleted .*example\.com\/hold/,
    );
    const released = world.inputs({ ...held, metadata: { name: "held", finalizers: [] } });
    await world.session.cluster.apply(ref("v1", "ConfigMap", "held"), released.value, {
      manager: MANAGER,
      force: true,
    });
  });

  function ref(apiVersion: string, kind: string, name: string) {
    return { apiVersion, kind, name, namespace: world.namespace };
  }

  /** The deployer that the first test made, by its token. */
  async function deployerKubeconfig(): Promise<string> {
    const token = await world.session.cluster.get(ref("v1", "Secret", "token"));
    const text = Buffer.from(textAt(token, "data", "token") ?? "", "base64").toString();
    const cluster = { server: await server(), "certificate-authority-data": textAt(token, "data", "ca.crt") };
    return JSON.stringify({
      "current-context": "deployer",
      clusters: [{ name: "c", cluster }],
      users: [{ name: "u", user: { token: text } }],
      contexts: [{ name: "deployer", context: { cluster: "c", user: "u" } }],
    });
  }
});

async function server(): Promise<string> {
  const { serverOf } = await import("../../local/provider/kubeconfig.ts");
  const { kubeconfig, context } = environment();
  return serverOf({ kubeconfig, context, cluster: undefined, namespace: undefined }) ?? "";
}
