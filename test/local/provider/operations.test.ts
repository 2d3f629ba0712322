import assert from "node:assert/strict";
import { ClusterError } from "../../../local/provider/errors.ts";
import { at } from "../../../local/provider/json.ts";
import { create, update } from "../../../local/provider/operations.ts";
import { configMap, deployment, finished, initFailure, MANAGER, NO_TIMEOUT, world } from "./fixtures.ts";

describe("creating", () => {
  it("applies under the asked-for manager and keeps what the vendor's plugin keeps", async () => {
    const { cluster, session } = world({ upsert: true });
    const { id, outputs } = await create(session, configMap(), NO_TIMEOUT);
    assert.equal(id, "ns/c");
    assert.deepEqual(
      cluster.calls.map(({ what }) => what),
      ["apply"],
    );
    assert.deepEqual(cluster.calls[0]?.options, { manager: MANAGER, force: false, dryRun: false });
    assert.equal(outputs.value.__fieldManager, MANAGER);
    assert.equal(outputs.value.__initialApiVersion, "v1");
    assert.deepEqual(outputs.value.__inputs, configMap().value);
  });

  it("takes over what exists only where the provider upserts", async () => {
    const upserting = world({ upsert: true });
    upserting.cluster.seed(configMap().value);
    await create(upserting.session, configMap(), NO_TIMEOUT);

    const { cluster, session } = world({ upsert: false });
    cluster.seed(configMap().value);
    await assert.rejects(create(session, configMap(), NO_TIMEOUT), (error: unknown) => {
      assert.ok(error instanceof ClusterError);
      assert.equal(error.failure, "exists");
      assert.match(error.message, /^resource "ns\/c" was not successfully created .*: "c" already exists$/);
      return true;
    });
    assert.ok(cluster.calls.every(({ what }) => what !== "apply"));
  });

  it("takes fields by force only when the object says so", async () => {
    const { cluster, session } = world({ upsert: true });
    await create(session, configMap({ "pulumi.com/patchForce": "true" }), NO_TIMEOUT);
    assert.equal(cluster.calls[0]?.options?.force, true);
  });

  it("says which kind the server does not know", async () => {
    const { cluster, session } = world({ upsert: true });
    cluster.unknownKinds.add("ConfigMap");
    await assert.rejects(
      create(session, configMap(), NO_TIMEOUT),
      /ConfigMap ns\/c .*required CRDs.*no matches for kind/,
    );
  });

  it("waits for the rollout, and passes on what it waits for", async () => {
    const { cluster, session, said } = world({ upsert: true });
    cluster.controller = (object) => ({ ...object, status: finished(object) });
    const { outputs } = await create(session, deployment(), NO_TIMEOUT);
    assert.equal(at(outputs.value, "status", "availableReplicas"), 1);
    assert.deepEqual(said, [
      "Waiting for the Deployment controller to see the new spec",
      "Deployment is ready",
    ]);
  });

  it("reports an object that does not get ready as created but not live", async () => {
    const { cluster, session } = world({ upsert: true });
    const problem = { waiting: { reason: "ImagePullBackOff", message: "no such image" } };
    cluster.lists = [
      { metadata: { name: "p" }, status: { containerStatuses: [{ name: "web", state: problem }] } },
    ];
    const failed = await initFailure(
      create(session, deployment({ "pulumi.com/timeoutSeconds": "0.1" }), NO_TIMEOUT),
    );
    assert.equal(failed.id, "ns/d");
    assert.match(
      failed.reasons[0] ?? "",
      /^resource "ns\/d" was successfully created, but .* or become live: Deployment ns\/d: timed out after 0.1 s: W/,
    );
    assert.equal(failed.reasons[1], "Pod p, container web: [ImagePullBackOff] no such image");
  });

  it("ends a wait when the engine cancels", async () => {
    const { session, cancel } = world({ upsert: true });
    const waiting = initFailure(create(session, deployment(), NO_TIMEOUT));
    cancel();
    assert.match((await waiting).reasons[0] ?? "", /cancelled while: Waiting for/);
  });

  it("goes on waiting while the API server is away", async () => {
    const { cluster, session } = world({ upsert: true });
    let reads = 0;
    cluster.controller = (object) => {
      reads += 1;
      if (reads === 1) throw new ClusterError("unreachable", "connection refused");
      return { ...object, status: finished(object) };
    };
    await create(session, deployment(), NO_TIMEOUT);
    assert.equal(reads, 2);
  });

  it("stops waiting for an object that was deleted meanwhile", async () => {
    const { cluster, session } = world({ upsert: true });
    const waiting = initFailure(create(session, deployment(), NO_TIMEOUT));
    cluster.objects.clear();
    await Promise.resolve();
    cluster.objects.clear();
    assert.match((await waiting).reasons[0] ?? "", /was deleted while waiting for it/);
  });
});

describe("updating", () => {
  it("keeps the manager of before, and has an old one give up its fields after a change", async () => {
    const { cluster, session } = world({ upsert: true });
    const unnamed = configMap();
    const inputs = { value: { ...unnamed.value, metadata: { name: "c", namespace: "ns" } }, secrets: [] };
    const kept = await update(session, { __fieldManager: "old" }, inputs, NO_TIMEOUT);
    assert.equal(kept.value.__fieldManager, "old");
    assert.equal(cluster.calls.length, 1);

    const moved = await update(session, { __fieldManager: "old" }, configMap(), NO_TIMEOUT);
    assert.equal(moved.value.__fieldManager, MANAGER);
    const last = cluster.calls.at(-1);
    assert.equal(last?.options?.manager, "old");
    const nothing = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "c", namespace: "ns" } };
    assert.deepEqual(last?.body, nothing);
  });

  it("that is refused leaves the object as it is in the state, to be updated again", async () => {
    const { cluster, session } = world({ upsert: true });
    cluster.seed({ ...configMap().value, data: { key: "live" } });
    cluster.failures.set("apply", new ClusterError("conflict", "conflict with kubectl"));
    const failed = await initFailure(update(session, {}, configMap(), NO_TIMEOUT));
    assert.deepEqual(failed.outputs.value.data, { key: "live" });
    assert.deepEqual(failed.reasons, [
      'the Kubernetes API server reported that "ns/c" failed to fully initialize or become live: conflict with kubectl',
    ]);
  });
});
