import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import { before, beforeEach, describe, it } from "mocha";
import type { KubernetesApi } from "../../../src/cluster/api.ts";
import { configMapPath, deploymentPath } from "../../../src/cluster/objects.ts";
import type { Deployment } from "../../../src/model/deployment.ts";
import type { Lease } from "../../../src/model/lock.ts";
import { statusSchema } from "../../../src/results/schemas.ts";
import { until } from "../../support/until.ts";
import { administrator, makeProject, type TestProject } from "../support/environment.ts";
import { found } from "../support/move.ts";
import { canary, startCanary } from "../support/project.ts";

const NAMESPACE = "e2e-interruptions";
const LEASE = `/apis/coordination.k8s.io/v1/namespaces/${NAMESPACE}/leases/httpd-release`;

interface RecordObject {
  readonly data: { readonly stage: string };
}

/** What `canary status` says: the stage that is live, and a move from it that did not end. */
interface Standing {
  readonly stage: string;
  readonly unfinishedMoveTo: string | null;
}

const BEFORE: Standing = { stage: "canary-25", unfinishedMoveTo: null };
const HALF_DONE: Standing = { stage: "canary-25", unfinishedMoveTo: "canary-75" };
const DONE: Standing = { stage: "canary-75", unfinishedMoveTo: null };

/** Where a promotion from canary-25 to canary-75 is stopped, and what the next command may then say of it. */
interface Point {
  readonly isReached: (api: KubernetesApi) => Promise<boolean>;
  readonly leaves: readonly Standing[];
}

describe("a promotion that is stopped", () => {
  let project: TestProject;
  let api: KubernetesApi;
  const generations = new Map<string, number>();
  const run = (...words: string[]) => canary(project, ...words);

  const generation = async (name: string): Promise<number> =>
    (await api.get<Deployment>(deploymentPath(NAMESPACE, name)))?.metadata?.generation ?? 0;
  const isChanged = async (name: string) => (await generation(name)) > (generations.get(name) ?? 0);

  const POINTS: Readonly<Record<string, Point>> = {
    "while it previews": {
      isReached: async (api) => Boolean((await api.get<Lease>(LEASE))?.spec?.holderIdentity),
      leaves: [BEFORE],
    },
    "when the growing Deployment was changed": {
      isReached: () => isChanged("httpd-new"),
      leaves: [HALF_DONE],
    },
    "when both Deployments were changed": {
      isReached: () => isChanged("httpd-previous"),
      // What the engine has begun it ends: that may be all that was left to do.
      leaves: [HALF_DONE, DONE],
    },
    "while it measures": {
      isReached: async (api) =>
        (await api.get<RecordObject>(configMapPath(NAMESPACE, "httpd-release")))?.data.stage === "canary-75",
      leaves: [DONE],
    },
  };

  before(async () => {
    api = await administrator();
    project = await makeProject(NAMESPACE);
    await found(project);
    const first = await run("promote", "--yes", "--no-verify");
    assert.equal(first.exitCode, 0, first.stderr);
  });

  beforeEach(async () => {
    if ((await live()).stage === BEFORE.stage) return;
    const back = await run("rollback", "canary-25", "--yes", "--no-verify");
    assert.equal(back.exitCode, 0, back.stderr);
  });

  const live = async (): Promise<Standing> => {
    const { stdout, stderr } = await run("status", "--json");
    const status = statusSchema.parse(JSON.parse(stdout)).live;
    assert.ok(status, stderr);
    return { stage: status.stage, unfinishedMoveTo: status.unfinishedMoveTo };
  };

  const STOPS = {
    "by a signal": (pid: number) => process.kill(pid, "SIGTERM"),
    // A terminal that closes tells the whole group of its foreground processes, the engine among them.
    "by closing the terminal": (pid: number) => process.kill(-pid, "SIGHUP"),
  };

  for (const [how, stop] of Object.entries(STOPS)) {
    for (const [when, point] of Object.entries(POINTS)) {
      it(`${how} ${when}: the next command says where things are, and the way back repairs them`, async () => {
        for (const name of ["httpd-new", "httpd-previous"]) generations.set(name, await generation(name));
        const words = ["promote", "canary-75", "--yes", "--requests", "20000", "--precision", "0.1"];
        const promotion = startCanary(project, words, {}, { detached: true });
        await until(() => point.isReached(api));
        assert.ok(promotion.pid);
        stop(promotion.pid);
        const { exitCode, stderr } = await promotion;
        assert.equal(exitCode, 1, stderr);
        assert.doesNotMatch(stderr, /\n\s+at /);
        const found = await live();
        const isExpected = point.leaves.some((standing) => isDeepStrictEqual(standing, found));
        assert.ok(isExpected, `${JSON.stringify(found)}\n${stderr}`);
        const back = await run("rollback", "canary-25", "--yes", "--no-verify");
        assert.equal(back.exitCode, 0, back.stderr);
        assert.deepEqual(await live(), BEFORE);
      });
    }
  }
});
