import assert from "node:assert/strict";
import { type CheckRequest, check } from "../../../local/provider/check.ts";
import { at, type JsonObject } from "../../../local/provider/json.ts";
import { FakeCluster } from "./fake-cluster.ts";

describe("checking inputs", () => {
  it("leaves a name that was given alone", async () => {
    const { inputs, failures } = await checked(configMap({ name: "mine", namespace: "n" }));
    assert.deepEqual(inputs.value, configMap({ name: "mine", namespace: "n" }));
    assert.deepEqual(failures, []);
  });

  it("names an unnamed object after its resource, the same for the same seed", async () => {
    const first = await checked(configMap({ namespace: "n" }));
    assert.equal(at(first.inputs.value, "metadata", "name"), "page-01020304");
    assert.equal(at(first.inputs.value, "metadata", "annotations", "pulumi.com/autonamed"), "true");
    assert.deepEqual((await checked(configMap({ namespace: "n" }))).inputs, first.inputs);
  });

  it("prefers the name that the stack's autonaming proposes", async () => {
    const { inputs } = await checked(configMap({ namespace: "n" }), { proposedName: "proposed" });
    assert.equal(at(inputs.value, "metadata", "name"), "proposed");
  });

  it("keeps an autonamed object's name", async () => {
    const annotations = { "pulumi.com/autonamed": "true" };
    const olds = configMap({ name: "page-old", annotations });
    const { inputs } = await checked(configMap({ namespace: "n" }), { olds });
    assert.equal(at(inputs.value, "metadata", "name"), "page-old");
  });

  it("puts an object without a namespace into the provider's, where its kind has one", async () => {
    const { inputs } = await checked(configMap({ name: "a" }));
    assert.equal(at(inputs.value, "metadata", "namespace"), "fallback");
    const namespace = await checked({ apiVersion: "v1", kind: "Namespace", metadata: { name: "a" } });
    assert.equal(at(namespace.inputs.value, "metadata", "namespace"), undefined);
  });

  it("does without the cluster, and without the kind's definition", async () => {
    const unreached = await check(request(configMap({ name: "a" })), async () => undefined);
    assert.equal(at(unreached.inputs.value, "metadata", "namespace"), undefined);
    const cluster = new FakeCluster();
    cluster.unknownKinds.add("ConfigMap");
    const undefinedKind = await check(request(configMap({ name: "a" })), async () => cluster);
    assert.equal(at(undefinedKind.inputs.value, "metadata", "namespace"), undefined);
  });

  it("says what is missing or cannot be", async () => {
    const { failures } = await checked({ metadata: { name: "a", namespace: "n", generateName: "a-" } });
    assert.deepEqual(
      failures.map(({ property }) => property),
      ["apiVersion", "kind", "metadata.generateName"],
    );
  });

  it("marks a Secret's payload secret and keeps stringData as data", async () => {
    const secret = {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "s", namespace: "n" },
      stringData: { a: "1" },
    };
    const { inputs } = await checked(secret);
    assert.deepEqual(inputs.value.data, { a: "MQ==" });
    assert.ok(inputs.secrets.some((path) => path.join() === "data"));
  });
});

function checked(value: JsonObject, options: Partial<CheckRequest> = {}) {
  return check(request(value, options), async () => new FakeCluster());
}

function request(value: JsonObject, options: Partial<CheckRequest> = {}): CheckRequest {
  const randomSeed = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
  return { olds: {}, news: { value, secrets: [] }, name: "page", proposedName: "", randomSeed, ...options };
}

function configMap(metadata: JsonObject): JsonObject {
  return { apiVersion: "v1", kind: "ConfigMap", metadata };
}
