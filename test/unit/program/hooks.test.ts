import assert from "node:assert/strict";
import { before, describe, it } from "mocha";
import { ApiError, type KubernetesApi } from "../../../src/cluster/api.ts";
import type { HooksDone } from "../../../src/model/hooks.ts";
import { stageHooks } from "../../../src/program/hooks.ts";
import { fakeProject, RELEASE } from "../../support/fakes.ts";
import { refusalOf, runStage, type StageRun, type StageSetting } from "../../support/program/mocks.ts";
import { deploymentOf, type Json, only, recordOf } from "../../support/program/stage-objects.ts";
import { clusterAfter, committedStage, stageOf } from "../../support/program/stages.ts";

const JOBS =
  "/apis/batch/v1/namespaces/httpdcanary/jobs?labelSelector=canary-stages%2Fapp%3Dhttpd%2Ccanary-stages%2Fhook%3Dbefore";
const HOOKS = { before: { args: ["-v"] }, after: { command: ["/bin/true"] } };
const DEPLOYMENT = "kubernetes:apps/v1:Deployment";

/** A stage of the committed project with hooks. */
function hooked(stage: string, live?: StageRun, values: Json = {}, hooks: object = HOOKS): StageSetting {
  const setting = stageOf(stage, { ...(live && clusterAfter(live)), [JOBS]: { items: [] } });
  const app = { ...(setting.config.app as Json), hooks };
  return { ...setting, config: { ...setting.config, app, ...values } };
}

describe("hooks of a release", () => {
  const runs: Record<string, StageRun> = {};
  before(async () => {
    runs.first = await runStage(hooked("canary-25"));
    runs.second = await runStage(hooked("canary-75", runs.first));
    runs.last = await runStage(hooked("canary-100", runs.second));
    runs.back = await runStage(hooked("canary-75", runs.last));
    runs.abort = await runStage(hooked("canary-0", runs.back));
    runs.again = await runStage(hooked("canary-25", runs.abort));
    const release = { previous: "2.4.20", canary: "2.4.23" };
    runs.next = await runStage(hooked("canary-25", runs.last, { release }));
  });

  const marks = (name: string) => {
    const { hookBefore, hookAfter } = recordOf(runs[name] as StageRun);
    return [hookBefore, hookAfter];
  };

  it("stand in the record once they have run, until the release is another", () => {
    const [first] = marks("first");
    assert.match(String(first), /^httpd-before-[0-9a-f]{10}$/);
    assert.deepEqual(marks("first"), [first, undefined]);
    assert.deepEqual(marks("second"), [first, undefined]);
    const [, after] = marks("last");
    assert.match(String(after), /^httpd-after-[0-9a-f]{10}$/);
    for (const name of ["last", "back", "abort", "again"])
      assert.deepEqual(marks(name), [first, after], name);
    const [next] = marks("next");
    assert.match(String(next), /^httpd-before-/);
    assert.notEqual(next, first);
    assert.deepEqual(marks("next"), [next, undefined]);
  });

  it("hold up the first Deployment that changes, where one is to run, and no resource is theirs", () => {
    const waits = (name: string) =>
      ["httpd-previous", "httpd-new"].map(
        (deployment) => only(runs[name] as StageRun, DEPLOYMENT, deployment).hooks.length > 0,
      );
    assert.deepEqual(waits("first"), [true, true]);
    assert.deepEqual(waits("next"), [true, true]);
    for (const name of ["second", "last", "back", "abort", "again"])
      assert.equal(waits(name).filter(Boolean).length, 1, name);
    for (const { resources } of Object.values(runs))
      assert.deepEqual(
        resources.filter(({ type, name }) => /batch/.test(type) || /-(before|after)-/.test(name)),
        [],
      );
  });

  it("change nothing of the pods", async () => {
    const without = await runStage(hooked("canary-25", undefined, {}, {}));
    assert.deepEqual(deploymentOf(runs.first as StageRun, "httpd-new"), deploymentOf(without, "httpd-new"));
    assert.equal(recordOf(without).hookBefore, undefined);
  });

  it("are no part of what a version is made from: they may be mended while it is live", async () => {
    assert.doesNotMatch(String(recordOf(runs.first as StageRun).versions), /hooks/);
    const mended = { before: { args: ["-V"] } };
    const run = await runStage(hooked("canary-75", runs.first, {}, mended));
    assert.notEqual(recordOf(run).hookBefore, recordOf(runs.first as StageRun).hookBefore);
    assert.deepEqual(recordOf(run).versions, recordOf(runs.second as StageRun).versions);
  });

  it("run in no repetition of what is live, though nothing says that they have run", async () => {
    const live = await runStage(hooked("canary-25", undefined, {}, {}));
    const repeated = await runStage(hooked("canary-25", live));
    assert.equal(recordOf(repeated).hookBefore, undefined);
    const promoted = await runStage(hooked("canary-75", live));
    assert.equal(recordOf(promoted).hookBefore, recordOf(runs.first as StageRun).hookBefore);
  });

  it("are refused where the deployer may not run Jobs, before anything is registered", async () => {
    const setting = hooked("canary-25");
    const cluster = { ...setting.cluster, [JOBS]: { forbidden: true } };
    assert.match(
      await refusalOf({ ...setting, cluster }),
      /^app\.hooks wants Jobs, but the deployer may not run any in httpdcanary.*\nApply the foundation once: canary foundation/,
    );
  });

  it("give the deployer what they need, and nothing without them", async () => {
    const rulesOf = async (hooks: object) => {
      const config = committedStage("foundation");
      const app = { ...(config.app as Json), hooks };
      const run = await runStage({ ...stageOf("foundation"), config: { ...config, app } });
      const { inputs } = only(run, "kubernetes:rbac.authorization.k8s.io/v1:Role", "tenancy-deployer");
      return (inputs.rules as { resources: string[] }[]).filter(({ resources }) =>
        resources.some((one) => /job|log/.test(one)),
      );
    };
    assert.deepEqual(await rulesOf({}), []);
    assert.deepEqual(await rulesOf(HOOKS), [
      { apiGroups: ["batch"], resources: ["jobs"], verbs: ["get", "list", "create", "patch", "delete"] },
      { apiGroups: [""], resources: ["pods/log"], verbs: ["get"] },
    ]);
  });
});

describe("the Jobs of a release before, once a stage is in place", () => {
  const BEFORE = "shop-before-0";
  const AFTER = "shop-after-0";

  /** Clears up after a stage without hooks. @returns the requests that change something or list Jobs */
  async function clearedUp(hooks: HooksDone | undefined, release = { previous: "0.9.0", canary: "1.0.0" }) {
    const asked: string[] = [];
    const api = {
      list: async (path: string) => {
        asked.push("list");
        return [{ metadata: { name: /hook%3Dbefore/.test(path) ? BEFORE : AFTER } }];
      },
      send: async (method: string, path: string) => {
        asked.push(`${method} ${path.split("/").at(-1)}`);
        throw new ApiError(404, "it is gone already");
      },
    };
    const project = fakeProject();
    const live = {
      ...{ stage: "canary-100", release, reached: ["canary-100"], liveVersion: release.canary },
      ...{ intended: { previous: 0, canary: 100 }, effectiveCanary: 100, override: "", hooks },
    };
    const { clearUp } = await stageHooks(api as unknown as KubernetesApi, {
      config: await project.stage("canary-25"),
      stage: "canary-25",
      move: "new release",
      live,
      material: {},
    });
    await clearUp();
    return asked;
  }

  it("go where this one has none, by the record or not", async () => {
    const gone = [BEFORE, AFTER].map((name) => `DELETE ${name}?propagationPolicy=Background`);
    assert.deepEqual(await clearedUp({ before: BEFORE }), ["list", "list", ...gone]);
  });

  it("are not looked for where none has run, nor within their release", async () => {
    assert.deepEqual(await clearedUp(undefined), []);
    assert.deepEqual(await clearedUp({ before: BEFORE }, RELEASE), []);
  });
});
