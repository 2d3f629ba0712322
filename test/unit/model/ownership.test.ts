import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { changedValues, isOurs, managersOf } from "../../../src/model/ownership.ts";

describe("who manages an object", () => {
  const managed = (...managers: readonly [manager: string, subresource?: string][]) => ({
    metadata: {
      managedFields: managers.map(([manager, subresource]) => ({
        manager,
        ...(subresource && { subresource }),
      })),
    },
  });

  it("is whoever wrote its desired state, each once, and nobody who writes its status alone", () => {
    const object = managed(["kubectl-create"], ["kube-controller-manager", "status"], ["kubectl-create"]);
    assert.deepEqual(managersOf(object), ["kubectl-create"]);
    assert.deepEqual(managersOf({ metadata: {} }), []);
  });

  it("is us where our field manager is among them", () => {
    assert.equal(isOurs(managed(["kubectl-create"], ["canary-stages"])), true);
    assert.equal(isOurs(managed(["kubectl-create"])), false);
    assert.equal(isOurs(managed(["canary-stages", "status"])), false);
  });
});

describe("what a declaration would change in a live object", () => {
  const live = {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "web", labels: { team: "shop" } },
    spec: {
      clusterIP: "10.0.0.1",
      ports: [{ port: 80, targetPort: 9999, protocol: "TCP" }],
      selector: { app: "web" },
    },
  };
  const paths = (declared: object) =>
    changedValues(live, declared).map(({ path, from, to }) => [path, from, to]);

  it("is each declared value that is another one, and nothing that only the live object has", () => {
    assert.deepEqual(paths({ spec: { ports: [{ port: 80, targetPort: 5000 }], selector: { app: "web" } } }), [
      ["spec.ports[0].targetPort", 9999, 5000],
    ]);
  });

  it("is each value of a map that is not there at all", () => {
    assert.deepEqual(paths({ metadata: { annotations: { "a.b/c": "d", e: "f" } } }), [
      ['metadata.annotations["a.b/c"]', undefined, "d"],
      ["metadata.annotations.e", undefined, "f"],
    ]);
  });

  it("is told entry by entry where a list is longer or shorter", () => {
    assert.deepEqual(paths({ spec: { ports: [...live.spec.ports, { port: 443 }] } }), [
      ["spec.ports[1]", undefined, { port: 443 }],
    ]);
  });

  it("is neither a mark of ours nor a value that the engine does not know yet", () => {
    const declared = {
      apiVersion: "v1",
      kind: "Service",
      metadata: {
        name: "web",
        labels: { "app.kubernetes.io/managed-by": "pulumi" },
        annotations: { "pulumi.com/patchForce": "true" },
      },
      spec: { selector: { app: "04da6b54-80e4-46f7-96ec-b56ff0331ba9" } },
    };
    assert.deepEqual(paths(declared), []);
  });
});
