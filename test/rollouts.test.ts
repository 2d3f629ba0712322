import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { KubernetesApi } from "../src/kubernetes.ts";
import type { DeploymentLike } from "../src/model/rollout.ts";
import { giveTimeToRollOut, untilRolledOut } from "../src/rollouts.ts";

const COMPLETE: DeploymentLike = {
  metadata: { generation: 2 },
  spec: { replicas: 1 },
  status: { observedGeneration: 2, replicas: 1, updatedReplicas: 1, availableReplicas: 1 },
};
const UNSEEN: DeploymentLike = { ...COMPLETE, metadata: { generation: 3 } };
const FAILED: DeploymentLike = {
  ...COMPLETE,
  status: {
    observedGeneration: 2,
    conditions: [{ type: "Progressing", reason: "ProgressDeadlineExceeded", message: "timed out" }],
  },
};

/** An API server that answers with one of these after the other, and with the last one from then on. */
function answers(...deployments: readonly (DeploymentLike | undefined)[]) {
  const asked: string[] = [];
  const api = {
    get: async (path: string) => {
      asked.push(path);
      return deployments[Math.min(asked.length, deployments.length) - 1];
    },
  } as unknown as KubernetesApi;
  return { api, asked };
}

describe("untilRolledOut", () => {
  it("ends at once when the rollout is complete", async () => {
    const { api, asked } = answers(COMPLETE);
    await untilRolledOut(api, "httpdcanary", "httpd-new", 5);
    assert.deepEqual(asked, ["/apis/apps/v1/namespaces/httpdcanary/deployments/httpd-new"]);
  });

  it("waits for a Deployment that is not there yet, and for a status of the new specification", async () => {
    const { api, asked } = answers(undefined, UNSEEN, COMPLETE);
    await untilRolledOut(api, "httpdcanary", "httpd-new", 5);
    assert.equal(asked.length, 3);
  });

  it("fails as soon as Kubernetes gave the rollout up", async () => {
    await assert.rejects(untilRolledOut(answers(FAILED).api, "httpdcanary", "httpd-new", 5), {
      name: "UserError",
      message: "Deployment httpdcanary/httpd-new is not rolled out: timed out",
    });
  });

  it("fails when it stands still for too long, with what it waited for last", async () => {
    await assert.rejects(untilRolledOut(answers(UNSEEN).api, "httpdcanary", "httpd-new", 0.3), {
      message:
        "Deployment httpdcanary/httpd-new is not rolled out after 0.3 s without progress: the controller has not seen the change yet",
      hint: "What takes less traffic was left as it was. See: kubectl -n httpdcanary describe deployment httpd-new",
    });
  });

  it("goes on for as long as there is progress", async () => {
    const rolling = [0, 1, 2, 3].map((updatedReplicas) => ({
      ...COMPLETE,
      spec: { replicas: 4 },
      status: { observedGeneration: 2, replicas: 4, updatedReplicas },
    }));
    const { api, asked } = answers(...rolling, COMPLETE);
    await untilRolledOut(api, "httpdcanary", "httpd-new", 0.35);
    assert.equal(asked.length, 5);
  });
});

describe("giveTimeToRollOut", () => {
  it("ends when the rollout is complete", async () => {
    const { api, asked } = answers(UNSEEN, COMPLETE);
    await giveTimeToRollOut(api, "httpdcanary", "httpd-new", 5);
    assert.equal(asked.length, 2);
  });

  it("ends without an error when the rollout has failed, or stands still for so long", async () => {
    await giveTimeToRollOut(answers(FAILED).api, "httpdcanary", "httpd-new", 5);
    await giveTimeToRollOut(answers(UNSEEN).api, "httpdcanary", "httpd-new", 0.3);
  });

  it("hides no error of ours", async () => {
    const api = { get: () => Promise.reject(new TypeError("a defect")) } as unknown as KubernetesApi;
    await assert.rejects(giveTimeToRollOut(api, "httpdcanary", "httpd-new", 5), TypeError);
  });
});
