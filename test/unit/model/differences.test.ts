import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { type Difference, differences, pathParts } from "../../../src/model/differences.ts";

type Json = Record<string, unknown>;

describe("differences", () => {
  it("names each value that differs by its path", () => {
    const from = {
      spec: { replicas: 1, ports: [{ port: 80 }] },
      metadata: { annotations: { "a.b/c": "1" } },
    };
    const to = { spec: { replicas: 2, ports: [{ port: 81 }] }, metadata: { annotations: { "a.b/c": "2" } } };
    assert.deepEqual(differences(from, to), [
      { path: 'metadata.annotations["a.b/c"]', from: "1", to: "2" },
      { path: "spec.ports[0].port", from: 80, to: 81 },
      { path: "spec.replicas", from: 1, to: 2 },
    ]);
  });

  it("names what came and what went as a whole", () => {
    assert.deepEqual(differences({ gone: { deep: 1 } }, { come: [1] }), [
      { path: "come", from: undefined, to: [1] },
      { path: "gone", from: { deep: 1 }, to: undefined },
    ]);
    assert.deepEqual(differences(undefined, { a: 1 }), [{ path: "", from: undefined, to: { a: 1 } }]);
  });

  const value = fc.oneof(fc.integer(), fc.string(), fc.boolean());
  const plain = { noNullPrototype: true };
  const key = fc.constantFrom("spec", "replicas", "a.b/c", "deployment.kubernetes.io/x", "x-y", "0");
  const document = fc.dictionary(
    key,
    fc.oneof(value, fc.dictionary(key, value, { minKeys: 1, ...plain })),
    plain,
  );

  it("finds none between equal documents", () => {
    fc.assert(fc.property(document, (one) => assert.deepEqual(differences(one, structuredClone(one)), [])));
  });

  it("makes the one document of the other, when every one is applied", () => {
    fc.assert(
      fc.property(document, document, (from, to) => {
        const found = differences(from, to);
        assert.deepEqual(found.reduce(applied, structuredClone(from) as Json), to);
      }),
    );
  });

  it("says the same of both directions", () => {
    const turned = ({ path, from, to }: Difference) => ({ path, from: to, to: from });
    fc.assert(
      fc.property(document, document, (a, b) =>
        assert.deepEqual(differences(a, b), differences(b, a).map(turned)),
      ),
    );
  });
});

/** The document with one difference carried out, found by its path as Pulumi reads it. */
function applied(document: Json, { path, to }: Difference): Json {
  const parts = pathParts(path);
  const last = parts.pop() ?? "";
  const parent = parts.reduce((inner, part) => inner[part] as Json, document);
  if (to === undefined) delete parent[last];
  else parent[last] = to;
  return document;
}
