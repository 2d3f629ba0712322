import assert from "node:assert/strict";
import { ownedFields } from "../../../local/provider/import.ts";
import {
  fieldManager,
  idOf,
  markSecrets,
  normalize,
  refFromId,
  refOf,
  state,
} from "../../../local/provider/objects.ts";

describe("an object's identity", () => {
  it("is namespace and name, or the name alone", () => {
    assert.equal(idOf({ metadata: { name: "a", namespace: "n" } }), "n/a");
    assert.equal(idOf({ metadata: { name: "a" } }), "a");
  });

  it("is read back from a type token and an id", () => {
    assert.deepEqual(refFromId("kubernetes:core/v1:Secret", "n/a"), {
      apiVersion: "v1",
      kind: "Secret",
      name: "a",
      namespace: "n",
    });
    assert.deepEqual(refFromId("kubernetes:rbac.authorization.k8s.io/v1:ClusterRole", "admin"), {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRole",
      name: "admin",
      namespace: undefined,
    });
  });
});

describe("the field manager", () => {
  it("is the annotation's, else the one of before, else one of this resource's own", () => {
    const inputs = { metadata: { annotations: { "pulumi.com/patchFieldManager": "mine" } } };
    assert.equal(fieldManager(inputs, { __fieldManager: "old" }), "mine");
    assert.equal(fieldManager({}, { __fieldManager: "old" }), "old");
    assert.match(fieldManager({}, undefined), /^pulumi-kubernetes-[0-9a-f]{8}$/);
    assert.notEqual(fieldManager({}, undefined), fieldManager({}, undefined));
  });
});

describe("a Secret", () => {
  const secret = { apiVersion: "v1", kind: "Secret", metadata: { name: "s" } };

  it("is kept with stringData as the data that it becomes", () => {
    const inputs = { ...secret, data: { a: "MQ==" }, stringData: { b: "2" } };
    assert.deepEqual(normalize(inputs), { ...secret, data: { a: "MQ==", b: "Mg==" } });
    assert.deepEqual(normalize(secret), secret);
  });

  it("has its payload secret in inputs and outputs, where the program did not say so", () => {
    const inputs = markSecrets({ value: { ...secret, data: { a: "MQ==" } }, secrets: [] });
    assert.deepEqual(inputs.secrets, [["data"], ["stringData"]]);
    const outputs = state({ ...secret, data: { a: "MQ==" } }, inputs, "m");
    for (const path of [["data"], ["__inputs", "data"]]) {
      assert.ok(outputs.secrets.some((secretPath) => secretPath.join() === path.join()));
    }
  });

  it("of another API is an ordinary object", () => {
    const custom = { ...secret, apiVersion: "example.com/v1", stringData: { a: "1" } };
    assert.deepEqual(normalize(custom), custom);
    assert.deepEqual(markSecrets({ value: custom, secrets: [] }).secrets, []);
  });
});

describe("an imported object's inputs", () => {
  const live = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: {
      name: "d",
      namespace: "n",
      annotations: { "kubectl.kubernetes.io/last-applied-configuration": "{}", mine: "1" },
      managedFields: [
        {
          manager: "kubectl",
          fieldsV1: {
            "f:metadata": {
              "f:annotations": { "f:mine": {}, "f:kubectl.kubernetes.io/last-applied-configuration": {} },
            },
            "f:spec": {
              "f:replicas": {},
              "f:template": {
                "f:spec": {
                  "f:containers": { 'k:{"name":"web"}': { ".": {}, "f:name": {}, "f:image": {} } },
                },
              },
            },
          },
        },
        {
          manager: "injector",
          fieldsV1: {
            "f:spec": {
              "f:template": {
                "f:spec": { "f:containers": { 'k:{"name":"side"}': { "f:name": {}, "f:image": {} } } },
              },
            },
          },
        },
        { manager: "kube-controller-manager", fieldsV1: { "f:spec": { "f:paused": {} } } },
        { manager: "kubectl", subresource: "status", fieldsV1: { "f:status": { "f:replicas": {} } } },
      ],
    },
    spec: {
      replicas: 2,
      paused: false,
      template: {
        spec: {
          containers: [
            { name: "web", image: "a", tty: false },
            { name: "side", image: "b" },
          ],
        },
      },
    },
    status: { replicas: 2 },
  };

  it("are the fields that somebody set, of every manager that is no controller", () => {
    const owned = ownedFields(live);
    assert.deepEqual(owned, {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "d", namespace: "n", annotations: { mine: "1" } },
      spec: {
        replicas: 2,
        template: {
          spec: {
            containers: [
              { name: "web", image: "a" },
              { name: "side", image: "b" },
            ],
          },
        },
      },
    });
    assert.equal(idOf(owned), idOf(live));
    assert.deepEqual(refOf(owned), refOf(live));
  });

  it("have no annotations when only kubectl's own is set", () => {
    const annotations = { "kubectl.kubernetes.io/last-applied-configuration": "{}" };
    const owned = ownedFields({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "c", annotations } });
    assert.deepEqual(owned.metadata, { name: "c", namespace: undefined, annotations: undefined });
  });
});
