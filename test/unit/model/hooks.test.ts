import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { hookFailure, hooksAt, jobStateOf } from "../../../src/model/hooks.ts";
import type { Move } from "../../../src/model/lifecycle.ts";
import { fromData, recordAfter, toData } from "../../../src/model/record.ts";

const LIFECYCLE = { lifecycle: ["canary-25", "canary-100"], abort: "canary-0" };

describe("hooks of a stage", () => {
  const at = (move: Move, stage: string) => hooksAt({ ...LIFECYCLE, move, stage });

  it("run where a release goes forward, after at its end alone", () => {
    for (const move of ["first", "new release", "promotion", "override"] as const) {
      assert.deepEqual(at(move, "canary-25"), ["before"]);
      assert.deepEqual(at(move, "canary-100"), ["before", "after"]);
    }
  });

  it("run in nothing that goes back, repeats, or takes the canary out", () => {
    for (const move of ["rollback", "reapply", "abort"] as const)
      assert.deepEqual(at(move, "canary-100"), []);
    assert.deepEqual(at("first", "canary-0"), []);
  });
});

describe("a hook's Job", () => {
  const job = (type: string, status = "True", message?: string) => ({
    metadata: { name: "shop-before-1" },
    status: { conditions: [{ type, status, ...(message !== undefined && { message }) }] },
  });

  it("is running until it is said to be complete or failed", () => {
    assert.deepEqual(jobStateOf({ metadata: { name: "shop-before-1" } }), { state: "running" });
    for (const type of ["SuccessCriteriaMet", "FailureTarget", "Suspended"])
      assert.deepEqual(jobStateOf(job(type)), { state: "running" });
    assert.deepEqual(jobStateOf(job("Complete")), { state: "succeeded" });
    assert.deepEqual(jobStateOf(job("Failed", "False")), { state: "running" });
    assert.deepEqual(jobStateOf(job("Failed", "True", "no")), { state: "failed", reason: "no" });
  });

  it("says why its pod failed", () => {
    const of = { container: "before", timeoutSeconds: 9 };
    const failure = (state: object, more: object = {}) =>
      hookFailure(
        { metadata: { name: "p" }, status: { ...more, containerStatuses: [{ name: "before", state }] } },
        of,
      );
    assert.equal(failure({ terminated: { exitCode: 3, reason: "Error" } }), "exit code 3");
    assert.equal(
      failure({ terminated: { exitCode: 137, reason: "OOMKilled" } }),
      "exit code 137 (OOMKilled)",
    );
    assert.equal(failure({ waiting: { reason: "ErrImagePull", message: "none" } }), "ErrImagePull: none");
    const late = { reason: "DeadlineExceeded" };
    assert.equal(failure({ terminated: { exitCode: 143 } }, late), "not done within 9 s");
    assert.equal(
      failure({ waiting: { reason: "ImagePullBackOff" } }, late),
      "not done within 9 s; ImagePullBackOff",
    );
    assert.equal(hookFailure({ metadata: { name: "p" } }, of), undefined);
  });
});

describe("the record of hooks", () => {
  it("comes back from the cluster as it went there", () => {
    const stage = {
      stage: "canary-25",
      release: { previous: "1", canary: "2" },
      intended: { previous: 75, canary: 25 },
      effectiveCanary: 25,
      override: "",
    };
    for (const hooks of [undefined, { before: "shop-before-1" }, { before: "a", after: "b" }]) {
      const record = recordAfter({ ...stage, hooks }, undefined);
      assert.deepEqual(fromData(toData(record))?.hooks, hooks);
    }
    assert.deepEqual(
      Object.keys(toData(recordAfter({ ...stage, hooks: {} }, undefined))).filter((key) => /hook/.test(key)),
      [],
    );
  });
});
