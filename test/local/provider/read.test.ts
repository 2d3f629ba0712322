import assert from "node:assert/strict";
import { ClusterError } from "../../../local/provider/errors.ts";
import type { JsonObject } from "../../../local/provider/json.ts";
import { read } from "../../../local/provider/read.ts";
import { remove } from "../../../local/provider/remove.ts";
import { configMap, deployment, initFailure, NO_TIMEOUT, request, world } from "./fixtures.ts";

describe("reading", () => {
  it("cuts the live object down to what the inputs own", async () => {
    const { cluster, session } = world({ upsert: true });
    cluster.seed({ ...configMap().value, data: { key: "drift" }, extra: 1 });
    const found = await read(session, request(configMap()));
    assert.deepEqual(found?.inputs.value.data, { key: "drift" });
    assert.equal(found?.inputs.value.extra, undefined);
    assert.equal(found?.outputs.value.extra, 1);
  });

  it("finds nothing when the object is gone", async () => {
    assert.equal(await read(world({ upsert: true }).session, request(configMap())), undefined);
  });

  it("imports by type and id alone", async () => {
    const { cluster, session } = world({ upsert: true });
    const managedFields = [{ manager: "kubectl", fieldsV1: { "f:data": { "f:key": {} } } }];
    cluster.seed({ ...configMap().value, metadata: { name: "c", namespace: "ns", managedFields } });
    const type = "kubernetes:core/v1:ConfigMap";
    const empty = { value: {}, secrets: [] };
    const found = await read(session, { type, id: "ns/c", outputs: {}, inputs: empty });
    assert.equal(found?.id, "ns/c");
    assert.deepEqual(found?.inputs.value.data, { key: "value" });
  });

  it("reports an object that is not ready, or a refresh would forget it", async () => {
    const { cluster, session } = world({ upsert: true });
    cluster.seed(deployment().value);
    const failed = await initFailure(read(session, request(deployment())));
    assert.match(failed.reasons[0] ?? "", /^Deployment ns\/d: Waiting for/);
  });
});

describe("deleting", () => {
  it("waits until the object is gone", async () => {
    const { cluster, session } = world({ upsert: true });
    cluster.seed(configMap().value);
    await remove(session, configMap().value, NO_TIMEOUT);
    assert.deepEqual(
      cluster.calls.map(({ what }) => what),
      ["get", "remove", "get"],
    );
  });

  it("names what holds an object that stays", async () => {
    const { cluster, session } = world({ upsert: true });
    const held = configMap({ "pulumi.com/timeoutSeconds": "0.1" }).value;
    cluster.seed({
      ...held,
      metadata: { ...(held.metadata as JsonObject), finalizers: ["example.com/hold"] },
    });
    cluster.remove = async () => undefined;
    await assert.rejects(
      remove(session, held, NO_TIMEOUT),
      /timed out after 0.1 s: ConfigMap ns\/c is still being deleted \(finalizers: example.com\/hold\)/,
    );
  });

  it("is done when the object, or its kind, is gone already", async () => {
    const { cluster, session } = world({ upsert: true });
    await remove(session, configMap().value, NO_TIMEOUT);
    cluster.failures.set("get", new ClusterError("no-match", "no matches"));
    await remove(session, configMap().value, NO_TIMEOUT);
    assert.ok(cluster.calls.every(({ what }) => what === "get"));
  });
});
