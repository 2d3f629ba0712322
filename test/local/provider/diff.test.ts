import assert from "node:assert/strict";
import fc from "fast-check";
import { changes, diffResource, pathText } from "../../../local/provider/diff.ts";
import type { JsonObject } from "../../../local/provider/json.ts";
import { providerPb } from "../../../local/provider/protocol.ts";
import { UNKNOWN } from "../../../local/provider/values.ts";

const STRICT = { configMaps: false, secrets: false };
const { Kind } = providerPb.PropertyDiff;

describe("changes", () => {
  it("names each difference at the topmost place where it is", () => {
    const before = { metadata: { labels: { a: "1" } }, spec: { list: [1, 2], gone: { x: 1 } } };
    const after = { metadata: { labels: { a: "2" }, annotations: { b: "1" } }, spec: { list: [1, 3, 4] } };
    assert.deepEqual(
      changes(before, after).map(({ path, kind }) => `${kind} ${pathText(path)}`),
      [
        "add metadata.annotations",
        "update metadata.labels.a",
        "delete spec.gone",
        "update spec.list[1]",
        "add spec.list[2]",
      ],
    );
  });

  it("are none between a value and itself", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        assert.deepEqual(changes(JSON.parse(JSON.stringify(value)), JSON.parse(JSON.stringify(value))), []);
      }),
    );
  });

  it("take null and absent for the same, and an unknown for a change", () => {
    assert.deepEqual(changes({ a: null }, {}), []);
    assert.deepEqual(changes({ a: "1" }, { a: UNKNOWN }), [{ path: ["a"], kind: "update" }]);
  });

  it("leave out bookkeeping keys at the top, and only there", () => {
    assert.deepEqual(changes({ __internal: 1, a: { __b: 1 } }, { a: { __b: 2 } }), [
      { path: ["a", "__b"], kind: "update" },
    ]);
  });
});

describe("a path", () => {
  it("is written as the engine reads it", () => {
    assert.equal(pathText(["spec", "containers", 0, "image"]), "spec.containers[0].image");
    assert.equal(pathText(["metadata", "annotations", "a.b/c"]), 'metadata.annotations["a.b/c"]');
    assert.equal(pathText(['say "x"']), '["say \\"x\\""]');
  });
});

describe("the diff of a resource", () => {
  it("is against what is live, so that drift in the state shows and defaults do not", () => {
    const diff = of(deployment({ replicas: 5, paused: false }, { replicas: 1 }), deployment({ replicas: 1 }));
    assert.deepEqual(diff.paths, { "spec.replicas": Kind.UPDATE });
    assert.deepEqual(diff.replaces, []);
  });

  it("is none when nothing changed", () => {
    const diff = of(deployment({ replicas: 1 }), deployment({ replicas: 1 }));
    assert.equal(diff.changes, providerPb.DiffResponse.DiffChanges.DIFF_NONE);
  });

  it("replaces for another selector, deleting first since the name stays", () => {
    const diff = of(
      deployment({ selector: { matchLabels: { a: "1" } } }),
      deployment({ selector: { matchLabels: { a: "2" } } }),
    );
    assert.deepEqual(diff.paths, { "spec.selector.matchLabels.a": Kind.UPDATE_REPLACE });
    assert.ok(diff.deleteBeforeReplace);
  });

  it("replaces for another name without deleting first", () => {
    const diff = of(configMap({ name: "a" }), body(configMap({ name: "b" })));
    assert.deepEqual(diff.replaces, ["metadata.name"]);
    assert.ok(!diff.deleteBeforeReplace);
  });

  it("replaces a ConfigMap for its data unless the provider has them mutable and it is not immutable", () => {
    const before = configMap({ data: { k: "1" } });
    const after = body(configMap({ data: { k: "2" } }));
    const mutable = { configMaps: true, secrets: false };
    assert.deepEqual(of(before, after).replaces, ["data.k"]);
    assert.deepEqual(of(before, after, mutable).replaces, []);
    const frozen = of(
      configMap({ data: { k: "1" }, immutable: true }),
      { ...after, immutable: true },
      mutable,
    );
    assert.deepEqual(frozen.replaces, ["data.k"]);
  });

  it("replaces a RoleBinding for its role and a Secret for its type", () => {
    const binding = {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "RoleBinding",
      metadata: { name: "a" },
    };
    const was = { ...binding, roleRef: { name: "x" } };
    assert.deepEqual(of(stateOf(was), { ...binding, roleRef: { name: "y" } }).replaces, ["roleRef.name"]);
    const secret = { apiVersion: "v1", kind: "Secret", metadata: { name: "a" } };
    assert.deepEqual(of(stateOf({ ...secret, type: "a" }), { ...secret, type: "b" }).replaces, ["type"]);
  });

  it("updates custom resources in place, whatever their kind is called", () => {
    const custom = { apiVersion: "example.com/v1", kind: "Deployment", metadata: { name: "a" } };
    const was = stateOf({ ...custom, spec: { selector: { a: 1 } } });
    assert.deepEqual(of(was, { ...custom, spec: { selector: { a: 2 } } }).replaces, []);
  });

  it("leaves ignored paths out, with what is below them", () => {
    const before = deployment({ replicas: 1, template: { metadata: { labels: { a: "1" } } } });
    const after = deployment({ replicas: 2, template: { metadata: { labels: { a: "2" } } } });
    const response = diffResource(before, body(after), STRICT, ["spec.template"]);
    assert.deepEqual(Object.keys(pathsOf(response)), ["spec.replicas"]);
  });
});

function of(outputs: JsonObject, news: JsonObject, mutability = STRICT) {
  const response = diffResource(outputs, body(news), mutability);
  return {
    changes: response.getChanges(),
    paths: pathsOf(response),
    replaces: response.getReplacesList(),
    deleteBeforeReplace: response.getDeletebeforereplace(),
  };
}

function pathsOf(response: providerPb.DiffResponse): Record<string, number> {
  const kinds: Record<string, number> = {};
  response.getDetaileddiffMap().forEach((diff, path) => {
    kinds[path] = diff.getKind();
  });
  return kinds;
}

function stateOf(live: JsonObject, inputs = live): JsonObject {
  return { ...live, __inputs: inputs };
}

function body({ __inputs: _, ...rest }: JsonObject): JsonObject {
  return rest;
}

function deployment(spec: JsonObject, inputSpec = spec): JsonObject {
  const object = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "d", namespace: "n" } };
  return stateOf({ ...object, spec }, { ...object, spec: inputSpec });
}

function configMap(options: { name?: string; data?: JsonObject; immutable?: boolean }): JsonObject {
  const { name = "c", ...rest } = options;
  return stateOf({ apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace: "n" }, ...rest });
}
