import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { ApiError, type KubernetesApi } from "../../../src/cluster/api.ts";
import { giveTimeToRollOut, untilRolledOut } from "../../../src/cluster/rollouts.ts";
import { UserError } from "../../../src/errors.ts";
import type { Deployment } from "../../../src/model/deployment.ts";

const COMPLETE: Deployment = {
  metadata: { generation: 2 },
  spec: { replicas: 1, template: {} },
  status: { observedGeneration: 2, replicas: 1, updatedReplicas: 1, availableReplicas: 1 },
};
const UNSEEN: Deployment = { ...COMPLETE, metadata: { generation: 3 } };
const FAILED: Deployment = {
  ...COMPLETE,
  status: {
    observedGeneration: 2,
    conditions: [{ type: "Progressing", reason: "ProgressDeadlineExceeded", message: "timed out." }],
  },
};

/** An API server that answers with one of these after the other, and with the last one from then on. */
function answers(...deployments: readonly (Deployment | undefined)[]) {
  const asked: string[] = [];
  const times: number[] = [];
  const api = {
    get: async (path: string) => {
      asked.push(path);
      times.push(Date.now());
      return deployments[Math.min(asked.length, deployments.length) - 1];
    },
    list: async () => [],
    time: () => new Date(),
  } as unknown as KubernetesApi;
  return { api, asked, times };
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

  it("waits until it has been complete for as long as asked, from the last time that it was not", async () => {
    const unready = { ...COMPLETE, status: { ...COMPLETE.status, availableReplicas: 0 } };
    const { api, times } = answers(COMPLETE, COMPLETE, unready, COMPLETE);
    await untilRolledOut(api, "httpdcanary", "httpd-new", 5, { steadySeconds: 0.4 });
    const [, , , completeAgain = 0] = times;
    const end = times.at(-1) ?? 0;
    assert.ok(end - completeAgain >= 400, `${end - completeAgain} ms`);
  });

  it("outlasts an API server that is away, or still reads its Roles", async () => {
    const errors = [new UserError("the cluster cannot be reached", ""), new ApiError(403, "forbidden")];
    const api = {
      get: async () => {
        const error = errors.shift();
        if (error) throw error;
        return COMPLETE;
      },
    } as unknown as KubernetesApi;
    await untilRolledOut(api, "httpdcanary", "httpd-new", 5);
    assert.equal(errors.length, 0);
  });

  it("fails as soon as Kubernetes gave the rollout up", async () => {
    await assert.rejects(untilRolledOut(answers(FAILED).api, "httpdcanary", "httpd-new", 5), {
      name: "UserError",
      message: "Deployment httpdcanary/httpd-new is not rolled out: timed out",
    });
  });

  it("gives a rollout that had been given up before its time anew, where that is asked for", async () => {
    const { api, asked } = answers(FAILED, FAILED, COMPLETE);
    await untilRolledOut(api, "httpdcanary", "httpd-new", 5, { startsAnew: true });
    assert.equal(asked.length, 3);
    const { api: still } = answers(FAILED);
    await assert.rejects(
      untilRolledOut(still, "httpdcanary", "httpd-new", 0.3),
      /after 0.3 s|not rolled out/,
    );
  });

  it("fails when it stands still for too long, with what it waited for last", async () => {
    await assert.rejects(untilRolledOut(answers(UNSEEN).api, "httpdcanary", "httpd-new", 0.3), {
      message:
        "Deployment httpdcanary/httpd-new is not rolled out after 0.3 s without progress: the controller has not seen the change yet",
      hint: "What takes less traffic was left as it was. See: kubectl -n httpdcanary describe deployment httpd-new",
    });
  });

  it("fails with what the newest pods say, one for each state, and with what keeps more from being made", async () => {
    const labels = { selector: { matchLabels: { app: "httpd", track: "canary" } } };
    const conditions = [
      { type: "ReplicaFailure", message: "exceeded quota: pods" },
      ...(FAILED.status?.conditions ?? []),
    ];
    const deployment = {
      ...FAILED,
      spec: { replicas: 4, template: {}, ...labels },
      status: { ...FAILED.status, conditions },
    };
    const set = (name: string, revision: string) => ({
      metadata: {
        name,
        annotations: { "deployment.kubernetes.io/revision": revision },
        ownerReferences: [{ kind: "Deployment", name: "httpd-new" }],
      },
    });
    const pod = (name: string, owner: string, status: object) => ({
      metadata: { name, ownerReferences: [{ kind: "ReplicaSet", name: owner }] },
      status,
    });
    const waiting = { reason: "ImagePullBackOff", message: `no such image ${"x".repeat(300)}` };
    const unscheduled = { type: "PodScheduled", status: "False", message: "Insufficient cpu" };
    const lists: Readonly<Record<string, readonly object[]>> = {
      "/apis/apps/v1/namespaces/httpdcanary/replicasets": [set("old", "1"), set("new", "2")],
      "/api/v1/namespaces/httpdcanary/pods": [
        pod("old-a", "old", { phase: "Failed" }),
        pod("new-a", "new", { containerStatuses: [{ state: { waiting } }] }),
        pod("new-b", "new", { containerStatuses: [{ state: { waiting } }] }),
        pod("new-c", "new", { phase: "Pending", conditions: [unscheduled] }),
        pod("new-d", "new", { phase: "Running", conditions: [{ type: "Ready", status: "True" }] }),
      ],
    };
    const queries: string[] = [];
    const api = {
      get: async () => deployment,
      list: async (path: string) => {
        const [resource = "", query = ""] = path.split("?");
        queries.push(decodeURIComponent(query));
        return lists[resource];
      },
      time: () => new Date(),
    } as unknown as KubernetesApi;
    await assert.rejects(untilRolledOut(api, "httpdcanary", "httpd-new", 5), {
      message:
        "Deployment httpdcanary/httpd-new is not rolled out: timed out; exceeded quota: pods; " +
        `Pod new-b: ImagePullBackOff, no such image ${"x".repeat(156)}…; Pod new-c: Pending, Insufficient cpu`,
      hint: /describe deployment httpd-new\nThe foundation gives the namespace room.*canary foundation\.$/,
    });
    assert.deepEqual(queries, Array(2).fill("labelSelector=app=httpd,track=canary"));
  });

  it("fails with the rollout's own reason where pods cannot be looked at", async () => {
    const refused = () => Promise.reject(new ApiError(403, "pods is forbidden"));
    const api = {
      get: answers(FAILED).api.get,
      list: refused,
      time: () => new Date(),
    } as unknown as KubernetesApi;
    await assert.rejects(untilRolledOut(api, "httpdcanary", "httpd-new", 5), {
      message: "Deployment httpdcanary/httpd-new is not rolled out: timed out",
    });
  });

  it("goes on for as long as there is progress", async () => {
    const rolling = [0, 1, 2, 3].map((updatedReplicas) => ({
      ...COMPLETE,
      spec: { replicas: 4, template: {} },
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
