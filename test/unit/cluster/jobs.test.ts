import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { ApiError, type KubernetesApi } from "../../../src/cluster/api.ts";
import { type JobRun, untilJobSucceeded } from "../../../src/cluster/jobs.ts";

const JOBS = "/apis/batch/v1/namespaces/web/jobs";
const LABELS = { "canary-stages/app": "shop", "canary-stages/hook": "before" };

const RUN: JobRun = {
  job: { kind: "Job", metadata: { name: "shop-before-2", labels: LABELS } },
  beside: [{ kind: "Secret", metadata: { name: "shop-before-s" }, data: {} }],
  container: "before",
  timeoutSeconds: 1,
  secret: ["geheim"],
};

const condition = (type: string, message = "") => ({ conditions: [{ type, status: "True", message }] });

interface Stored {
  readonly metadata: { readonly name: string; readonly uid?: string };
  readonly status?: object;
}

/** A cluster with Jobs; one that is applied ends as it is told when it is looked at for the second time. */
function clusterWith(jobs: readonly Stored[], end: object, pod?: object) {
  const there = new Map(jobs.map((job) => [`${JOBS}/${job.metadata.name}`, job]));
  const calls: string[] = [];
  let looks = 0;
  const api = {
    list: async (path: string) => (path.startsWith(JOBS) ? [...there.values()] : pod ? [pod] : []),
    get: async (path: string) => {
      const job = there.get(path);
      if (job && !job.status && ++looks > 1) there.set(path, { ...job, status: end });
      return there.get(path);
    },
    text: async () => "connecting\nwrong password: geheim\n",
    send: async (
      method: string,
      path: string,
      body?: { content: Stored & { metadata: { ownerReferences?: unknown } } },
    ) => {
      const [plain = ""] = path.split("?");
      const isOwned = body?.content.metadata.ownerReferences !== undefined;
      calls.push(`${method} ${plain.split("/").slice(-2).join("/")}${isOwned ? " owned" : ""}`);
      if (method === "DELETE" && !there.delete(plain)) throw new ApiError(404, "none");
      if (method === "PATCH" && plain.startsWith(JOBS)) {
        const made = { ...body?.content, metadata: { name: RUN.job.metadata.name, uid: "u" } };
        there.set(plain, made);
        return made;
      }
      return {};
    },
  };
  return { api: api as unknown as KubernetesApi, calls };
}

const BEGUN = [
  "PATCH secrets/shop-before-s",
  "PATCH jobs/shop-before-2",
  "PATCH secrets/shop-before-s owned",
];
const job = (name: string, status?: object): Stored => ({ metadata: { name }, ...(status && { status }) });

describe("a Job that has to succeed", () => {
  it("is begun with what lies beside it, which it then owns, and waited for", async () => {
    const { api, calls } = clusterWith([], condition("Complete"));
    await untilJobSucceeded(api, "web", RUN);
    assert.deepEqual(calls, BEGUN);
  });

  it("is not run again where it has succeeded, and waited for where it runs", async () => {
    for (const status of [condition("Complete"), undefined]) {
      const { api, calls } = clusterWith([job("shop-before-2", status)], condition("Complete"));
      await untilJobSucceeded(api, "web", RUN);
      assert.deepEqual(calls, []);
    }
  });

  it("is run anew where it failed, and takes the place of those of earlier releases", async () => {
    const before = [job("shop-before-1", condition("Complete")), job("shop-before-2", condition("Failed"))];
    const { api, calls } = clusterWith(before, condition("Complete"));
    await untilJobSucceeded(api, "web", RUN);
    assert.deepEqual(calls, ["DELETE jobs/shop-before-1", "DELETE jobs/shop-before-2", ...BEGUN]);
  });

  it("says how it failed, with its last lines, and no secret in them", async () => {
    const state = { terminated: { exitCode: 3, reason: "Error" } };
    const pod = { metadata: { name: "p" }, status: { containerStatuses: [{ name: "before", state }] } };
    const { api } = clusterWith([], condition("Failed", "backoff limit"), pod);
    await assert.rejects(untilJobSucceeded(api, "web", RUN), {
      message:
        "Job web/shop-before-2 failed: exit code 3; its last lines:\n  connecting\n  wrong password: [secret]",
      hint: "See: kubectl -n web logs job/shop-before-2",
    });
  });

  it("says what the Job says where it has no pod", async () => {
    const { api } = clusterWith([], condition("Failed", "Job was active longer than specified deadline"));
    await assert.rejects(untilJobSucceeded(api, "web", RUN), {
      message: "Job web/shop-before-2 failed: Job was active longer than specified deadline",
    });
  });
});
