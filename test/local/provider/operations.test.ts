import assert from "node:assert/strict";
import { parseOptions } from "../../../local/provider/config.ts";
import { ClusterError, InitFailed } from "../../../local/provider/errors.ts";
import { at, type JsonObject } from "../../../local/provider/json.ts";
import { create, read, remove, type Session, update } from "../../../local/provider/operations.ts";
import { previewCreate, previewUpdate } from "../../../local/provider/preview.ts";
import { type Bag, UNKNOWN } from "../../../local/provider/values.ts";
import { FakeCluster } from "./fake-cluster.ts";

const MANAGER = "canary-stages";
const NO_TIMEOUT = 0;

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

  it("of a replacement does not trip over the immutable object that is still there", async () => {
    const { cluster, session } = world({ upsert: true });
    cluster.failures.set(
      "apply",
      new ClusterError("invalid", "data: Forbidden: field is immutable when set"),
    );
    assert.deepEqual((await previewCreate(session, configMap())).outputs.value, configMap().value);
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

  it("in a preview applies nothing", async () => {
    const { cluster, session } = world({ upsert: true });
    cluster.seed({ ...configMap().value, data: { key: "live" } });
    const outputs = await previewUpdate(session, { __fieldManager: MANAGER }, configMap());
    assert.deepEqual(outputs.value.data, { key: "value" });
    assert.deepEqual(cluster.objects.get("ConfigMap ns/c")?.data, { key: "live" });
  });
});

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

function world({ upsert }: { upsert: boolean }) {
  const cluster = new FakeCluster();
  const abort = new AbortController();
  const said: string[] = [];
  const session: Session = {
    cluster,
    options: parseOptions({ upsertExistingObjects: upsert }),
    signal: abort.signal,
    say: (message) => said.push(message),
  };
  return { cluster, session, said, cancel: () => abort.abort() };
}

async function initFailure(work: Promise<unknown>): Promise<InitFailed> {
  const error = await work.then(
    () => assert.fail("nothing failed"),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof InitFailed, String(error));
  return error;
}

function request(inputs: Bag) {
  return { type: "", id: "", outputs: { __inputs: inputs.value, __fieldManager: MANAGER }, inputs };
}

function metadata(name: string, annotations: JsonObject): JsonObject {
  return { name, namespace: "ns", annotations: { "pulumi.com/patchFieldManager": MANAGER, ...annotations } };
}

function configMap(annotations: JsonObject = {}): Bag {
  const value = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: metadata("c", annotations),
    data: { key: "value" },
  };
  return { value, secrets: [] };
}

function deployment(annotations: JsonObject = {}): Bag {
  const spec = { replicas: 1, selector: { matchLabels: { app: "d" } } };
  return {
    value: { apiVersion: "apps/v1", kind: "Deployment", metadata: metadata("d", annotations), spec },
    secrets: [],
  };
}

function finished(object: JsonObject): JsonObject {
  const observedGeneration = at(object, "metadata", "generation");
  return { observedGeneration, replicas: 1, updatedReplicas: 1, availableReplicas: 1 };
}
