import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { changesOf, changeText, type Step } from "../../../src/engine/changes.ts";
import { pathParts } from "../../../src/model/differences.ts";

const WEIGHT = 'spec.template.metadata.annotations["ingress.appscode.com/backend-weight"]';

function deployment(replicas: number, weight: string) {
  return {
    inputs: {
      metadata: { name: "httpd-new" },
      spec: {
        replicas,
        template: { metadata: { annotations: { "ingress.appscode.com/backend-weight": weight } } },
      },
    },
  };
}

const STEP: Step = {
  op: "update",
  type: "kubernetes:apps/v1:Deployment",
  urn: "urn:pulumi:canary-75::canary-stages::kubernetes:apps/v1:Deployment::httpd-new",
  old: deployment(1, "25"),
  new: deployment(0, "75"),
};

describe("changesOf", () => {
  it("has a line for each property, from what to what", () => {
    const step = { ...STEP, detailedDiff: { "spec.replicas": {}, [WEIGHT]: {} } };
    assert.deepEqual(changesOf(step), [
      { object: "Deployment httpd-new", operation: "update", path: "spec.replicas", from: 1, to: 0 },
      { object: "Deployment httpd-new", operation: "update", path: WEIGHT, from: "25", to: "75" },
    ]);
  });

  it("takes the top-level properties where the provider gives no details", () => {
    assert.deepEqual(
      changesOf({ ...STEP, detailedDiff: null, diffs: ["spec"] }).map(({ path }) => path),
      ["spec"],
    );
  });

  const whole: readonly [op: string, operation: string, from: unknown, to: unknown][] = [
    ["create", "create", undefined, "Deployment httpd-new"],
    ["import", "create", undefined, "Deployment httpd-new"],
    ["delete", "delete", "Deployment httpd-new", undefined],
    ["discard-replaced", "forget", "Deployment httpd-new", undefined],
  ];
  for (const [op, operation, from, to] of whole) {
    it(`is the object as a whole for ${op}`, () => {
      assert.deepEqual(changesOf({ ...STEP, op }), [
        { object: "Deployment httpd-new", operation, path: "", from, to },
      ]);
    });
  }

  it("tells a replacement once", () => {
    const details = { detailedDiff: { "spec.selector": {} } };
    const steps = ["create-replacement", "replace", "delete-replaced"].flatMap((op) =>
      changesOf({ ...STEP, ...details, op }),
    );
    assert.deepEqual(
      steps.map(({ operation, path }) => [operation, path]),
      [["replace", "spec.selector"]],
    );
  });

  for (const op of ["same", "refresh", "read", "read-discard"]) {
    it(`is nothing for ${op}`, () => assert.deepEqual(changesOf({ ...STEP, op }), []));
  }

  for (const type of ["pulumi:pulumi:Stack", "pulumi:providers:kubernetes", "canary-stages:index:Track"]) {
    it(`is nothing for a ${type}, which is no object`, () => {
      assert.deepEqual(changesOf({ ...STEP, op: "create", type }), []);
    });
  }

  it("takes the logical name where an object has none of its own", () => {
    const step = { ...STEP, op: "create", new: { inputs: {} } };
    assert.equal(changesOf(step)[0]?.object, "Deployment httpd-new");
  });

  it("does not fail where the path leads nowhere", () => {
    const [change] = changesOf({ ...STEP, detailedDiff: { "spec.strategy.type": {} } });
    assert.deepEqual([change?.from, change?.to], [undefined, undefined]);
  });
});

describe("pathParts", () => {
  const paths: readonly [path: string, parts: readonly string[]][] = [
    ["spec.replicas", ["spec", "replicas"]],
    ["spec.ports[0].name", ["spec", "ports", "0", "name"]],
    ['metadata.annotations["a.b/c"]', ["metadata", "annotations", "a.b/c"]],
    ['data["say \\"hi\\""]', ["data", 'say "hi"']],
  ];
  for (const [path, parts] of paths) it(path, () => assert.deepEqual(pathParts(path), parts));
});

describe("changeText", () => {
  it("tells which entry of a list it is", () => {
    const of = (path: string) =>
      changeText({ object: "HTTPRoute shop", operation: "update", path, from: 75, to: 25 });
    assert.equal(of("spec.rules[0].backendRefs[1].weight"), "HTTPRoute shop  backendRefs[1].weight  75 → 25");
    assert.equal(of("spec.a.b.c"), "HTTPRoute shop  c  75 → 25");
    assert.equal(of("spec.ports[0]"), "HTTPRoute shop  spec.ports.0  75 → 25");
  });

  it("is one line", () => {
    const texts = changesOf({ ...STEP, detailedDiff: { "spec.replicas": {}, [WEIGHT]: {} } }).map(changeText);
    assert.deepEqual(texts, [
      "Deployment httpd-new  spec.replicas  1 → 0",
      "Deployment httpd-new  ingress.appscode.com/backend-weight  25 → 75",
    ]);
  });

  it("says what comes or goes", () => {
    assert.deepEqual(changesOf({ ...STEP, op: "delete" }).map(changeText), ["Deployment httpd-new  delete"]);
  });

  it("says where there was nothing, and writes objects as JSON", () => {
    const change = {
      object: "Service httpd-service",
      operation: "update",
      path: "spec.selector",
      from: undefined,
      to: { app: "httpd" },
    } as const;
    assert.equal(changeText(change), 'Service httpd-service  spec.selector  none → {"app":"httpd"}');
  });

  it("stays one line for a text of many", () => {
    const change = {
      object: "ConfigMap a",
      operation: "update",
      path: "data.index",
      from: "<h1>\n  one\n</h1>\n",
      to: "x".repeat(200),
    } as const;
    assert.equal(changeText(change), `ConfigMap a  data.index  <h1> one </h1> → ${"x".repeat(60)}…`);
  });
});
