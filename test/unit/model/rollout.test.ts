import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { Deployment } from "../../../src/model/deployment.ts";
import { rolloutOf, steadySeconds } from "../../../src/model/rollout.ts";

/** A Deployment whose rollout of two pods is complete. */
const COMPLETE = {
  metadata: { name: "httpd-new", generation: 3 },
  spec: { replicas: 2, template: {} },
  status: { observedGeneration: 3, replicas: 2, updatedReplicas: 2, availableReplicas: 2 },
} as const satisfies Deployment;

const withStatus = (status: Deployment["status"]): Deployment => ({
  ...COMPLETE,
  status: { ...COMPLETE.status, ...status },
});

const EXCEEDED = { type: "Progressing", reason: "ProgressDeadlineExceeded", message: "has timed out" };

describe("rolloutOf", () => {
  it("is complete when every pod is updated and ready", () => {
    assert.deepEqual(rolloutOf(COMPLETE), { state: "complete" });
  });

  const progressing: readonly [string, Deployment, string][] = [
    [
      "a new Deployment",
      { metadata: { generation: 1 }, spec: { replicas: 1, template: {} } },
      "the controller has not seen the change yet",
    ],
    ["pods of the old specification", withStatus({ updatedReplicas: 1 }), "1 of 2 pods updated"],
    ["an old pod that has not stopped", withStatus({ replicas: 3 }), "1 old pod still to stop"],
    ["a new pod that is not ready", withStatus({ availableReplicas: 1 }), "1 of 2 pods ready"],
    [
      "a specification without replicas, which is one",
      { ...COMPLETE, spec: { template: {} }, status: { observedGeneration: 3 } },
      "0 of 1 pods updated",
    ],
  ];
  for (const [what, deployment, reason] of progressing) {
    it(`goes on for ${what}`, () => {
      assert.deepEqual(rolloutOf(deployment), { state: "progressing", reason });
    });
  }

  it("does not believe a status from before the change, whatever it says", () => {
    const reason = "the controller has not seen the change yet";
    assert.deepEqual(rolloutOf(withStatus({ observedGeneration: 2 })), { state: "progressing", reason });
    assert.deepEqual(rolloutOf(withStatus({ observedGeneration: 2, conditions: [EXCEEDED] })), {
      state: "progressing",
      reason,
    });
  });

  it("has failed when Kubernetes gave it up", () => {
    assert.deepEqual(rolloutOf(withStatus({ updatedReplicas: 1, conditions: [EXCEEDED] })), {
      state: "failed",
      reason: "has timed out",
    });
  });

  it("is complete with no pods when none are wanted", () => {
    const none = { ...COMPLETE, spec: { replicas: 0, template: {} }, status: { observedGeneration: 3 } };
    assert.deepEqual(rolloutOf(none), { state: "complete" });
  });
});

describe("steadySeconds", () => {
  const gone = { replicas: 0, version: "2.4.20" };

  it("is there only for a track whose last pods go, and counts what a pod has to be ready for anyway", () => {
    assert.equal(steadySeconds({ ...gone, replicas: 1 }, { minReadySeconds: 0 }), 0);
    assert.equal(steadySeconds(gone, { minReadySeconds: 0 }), 2);
    assert.equal(steadySeconds(gone, { minReadySeconds: 1.5 }), 0.5);
    assert.equal(steadySeconds(gone, { minReadySeconds: 10 }), 0);
  });

  it("is not there for the version that an abort takes out", () => {
    assert.equal(steadySeconds(gone, { minReadySeconds: 0 }, "2.4.20"), 0);
    assert.equal(steadySeconds(gone, { minReadySeconds: 0 }, "2.4.18"), 2);
  });
});
