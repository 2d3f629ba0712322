import assert from "node:assert/strict";
import { ClusterError } from "../../../local/provider/errors.ts";
import { at } from "../../../local/provider/json.ts";
import { previewCreate, previewUpdate } from "../../../local/provider/preview.ts";
import { UNKNOWN } from "../../../local/provider/values.ts";
import { configMap, MANAGER, world } from "./fixtures.ts";

describe("previewing a creation", () => {
  it("keeps nothing, and leaves unknown what a dry run invents", async () => {
    const { cluster, session } = world({ upsert: true });
    const { id, outputs } = await previewCreate(session, configMap());
    assert.equal(id, "");
    assert.equal(cluster.objects.size, 0);
    assert.equal(at(outputs.value, "metadata", "uid"), UNKNOWN);
    assert.deepEqual(outputs.value.data, { key: "value" });
  });

  it("gives the live values of what is there already", async () => {
    const { cluster, session } = world({ upsert: true });
    cluster.seed(configMap().value);
    const { outputs } = await previewCreate(session, configMap());
    assert.equal(at(outputs.value, "metadata", "uid"), "uid-ConfigMap ns/c");
  });

  it("does not ask the server about inputs that are still unknown", async () => {
    const { cluster, session } = world({ upsert: true });
    const inputs = { value: { ...configMap().value, data: { key: UNKNOWN } }, secrets: [] };
    assert.deepEqual((await previewCreate(session, inputs)).outputs, inputs);
    assert.deepEqual(cluster.calls, []);
  });

  for (const failure of ["not-found", "no-match", "forbidden", "exists"] as const) {
    it(`gives the inputs where the server says ${failure}, which another planned resource may change`, async () => {
      const { cluster, session } = world({ upsert: true });
      cluster.failures.set("apply", new ClusterError(failure, "no"));
      assert.deepEqual((await previewCreate(session, configMap())).outputs.value, configMap().value);
    });
  }

  it("fails on what no other resource can change", async () => {
    const { cluster, session } = world({ upsert: true });
    for (const failure of ["invalid", "conflict", "unreachable"] as const) {
      cluster.failures.set("apply", new ClusterError(failure, "no"));
      await assert.rejects(previewCreate(session, configMap()), ClusterError);
    }
  });

  it("of a replacement does not trip over the object that is still there", async () => {
    const { cluster, session } = world({ upsert: true });
    for (const failure of ["invalid", "conflict"] as const) {
      cluster.failures.set("apply", new ClusterError(failure, "field is immutable, or another manager's"));
      const { outputs } = await previewCreate(session, configMap(), { replaces: true });
      assert.deepEqual(outputs.value, configMap().value);
    }
  });
});

describe("previewing an update", () => {
  it("applies nothing", async () => {
    const { cluster, session } = world({ upsert: true });
    cluster.seed({ ...configMap().value, data: { key: "live" } });
    const outputs = await previewUpdate(session, { __fieldManager: MANAGER }, configMap());
    assert.deepEqual(outputs.value.data, { key: "value" });
    assert.deepEqual(cluster.objects.get("ConfigMap ns/c")?.data, { key: "live" });
  });
});
