import assert from "node:assert/strict";
import type { JsonObject } from "../../../local/provider/json.ts";
import { readiness, rollout, selectsPods, serviceReadiness } from "../../../local/provider/readiness.ts";

describe("a Deployment's rollout", () => {
  it("waits for the controller to see the spec before it believes the rest of the status", () => {
    const stale = deployment({ generation: 2 }, { observedGeneration: 1, ...done(1) });
    assert.deepEqual(rollout(stale), {
      state: "waiting",
      reason: "Waiting for the Deployment controller to see the new spec",
    });
  });

  it("is over when all wanted pods are new and available, and no old one is left", () => {
    assert.equal(rollout(deployment({}, done(3), 3)).state, "ready");
    assert.match(
      reason(deployment({}, { ...done(3), updatedReplicas: 2, replicas: 2 }, 3)),
      /2\/3 Pods updated/,
    );
    assert.match(reason(deployment({}, { ...done(3), replicas: 4 }, 3)), /1 old Pods to stop/);
    assert.match(reason(deployment({}, { ...done(3), availableReplicas: 1 }, 3)), /1\/3 Pods available/);
  });

  it("to zero replicas is over when the last pod is gone", () => {
    assert.match(reason(deployment({}, { replicas: 1, updatedReplicas: 0 }, 0)), /1 old Pods to stop/);
    assert.equal(rollout(deployment({}, {}, 0)).state, "ready");
  });

  it("wants one replica when the spec names none", () => {
    const object = deployment({}, {});
    assert.match(reason({ ...object, spec: {} }), /0\/1 Pods updated/);
  });

  it("has failed when its deadline is exceeded", () => {
    const stuck = exceeded("2026-01-01T00:00:00Z");
    assert.deepEqual(rollout(stuck), { state: "failed", reason: "[ProgressDeadlineExceeded] too slow" });
  });

  it("is not judged by a deadline that was exceeded before it began", () => {
    const before = exceeded("2026-01-01T00:00:00Z");
    assert.equal(rollout(exceeded("2026-01-01T00:00:00Z"), before).state, "waiting");
    assert.equal(rollout(exceeded("2026-01-01T00:10:00Z"), before).state, "failed");
  });

  it("is not waited for while it is paused", () => {
    assert.equal(rollout({ ...deployment({}, {}), spec: { paused: true } }).state, "ready");
  });
});

describe("a Service", () => {
  const slice = (ready: boolean | undefined): JsonObject => ({ endpoints: [{ conditions: { ready } }] });
  const service = (spec: JsonObject, status = {}): JsonObject => ({ kind: "Service", spec, status });

  it("is ready with one ready endpoint, where unsaid counts as ready", () => {
    const selecting = service({ selector: { a: "b" } });
    assert.equal(serviceReadiness(selecting, []).state, "waiting");
    assert.equal(serviceReadiness(selecting, [slice(false)]).state, "waiting");
    assert.equal(serviceReadiness(selecting, [slice(false), slice(true)]).state, "ready");
    assert.equal(serviceReadiness(selecting, [slice(undefined)]).state, "ready");
  });

  it("does not need endpoints when it selects no pods", () => {
    for (const spec of [{}, { selector: {} }, { type: "ExternalName", selector: { a: "b" } }]) {
      assert.ok(!selectsPods(service(spec)));
      assert.equal(serviceReadiness(service(spec), []).state, "ready");
    }
    assert.ok(!selectsPods(service({ clusterIP: "None", selector: { a: "b" } })));
  });

  it("of type LoadBalancer needs its address as well", () => {
    const spec = { type: "LoadBalancer", selector: { a: "b" } };
    assert.equal(serviceReadiness(service(spec), [slice(true)]).state, "waiting");
    const addressed = service(spec, { loadBalancer: { ingress: [{ ip: "10.0.0.1" }] } });
    assert.equal(serviceReadiness(addressed, [slice(true)]).state, "ready");
  });
});

describe("other objects", () => {
  const token = { apiVersion: "v1", kind: "Secret", type: "kubernetes.io/service-account-token" };
  const waiting: [string, JsonObject][] = [
    ["a token Secret without its token", token],
    ["a namespace that is not active", { apiVersion: "v1", kind: "Namespace", status: {} }],
    [
      "a quota that is not in force",
      {
        apiVersion: "v1",
        kind: "ResourceQuota",
        spec: { hard: { pods: "5" } },
        status: { hard: { pods: "4" } },
      },
    ],
    [
      "a CRD that is not established",
      { apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition", status: {} },
    ],
  ];
  for (const [what, object] of waiting) {
    it(`waits for ${what}, unless told not to`, () => {
      assert.equal(readiness(object).state, "waiting");
      const skipping = { ...object, metadata: { annotations: { "pulumi.com/skipAwait": "true" } } };
      assert.equal(readiness(skipping).state, "ready");
    });
  }

  it("are ready once they are what was waited for", () => {
    const established = { conditions: [{ type: "Established", status: "True" }] };
    for (const object of [
      { ...token, data: { token: "x" } },
      { apiVersion: "v1", kind: "Secret", type: "Opaque" },
      { apiVersion: "v1", kind: "Namespace", status: { phase: "Active" } },
      {
        apiVersion: "v1",
        kind: "ResourceQuota",
        spec: { hard: { pods: "5" } },
        status: { hard: { pods: "5" } },
      },
      { apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition", status: established },
      { apiVersion: "v1", kind: "ConfigMap" },
      { apiVersion: "example.com/v1", kind: "Deployment" },
    ]) {
      assert.equal(readiness(object).state, "ready", object.kind);
    }
  });
});

function reason(object: JsonObject): string {
  const result = rollout(object);
  return result.state === "ready" ? "ready" : result.reason;
}

function done(count: number) {
  return { replicas: count, updatedReplicas: count, availableReplicas: count };
}

function deployment(metadata: JsonObject, status: JsonObject, replicas = 1): JsonObject {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { generation: 1, ...metadata },
    spec: { replicas },
    status: { observedGeneration: 1, ...status },
  };
}

function exceeded(lastUpdateTime: string): JsonObject {
  const condition = {
    type: "Progressing",
    reason: "ProgressDeadlineExceeded",
    message: "too slow",
    lastUpdateTime,
  };
  return deployment({}, { replicas: 1, conditions: [condition] });
}
