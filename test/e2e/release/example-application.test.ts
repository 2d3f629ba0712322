import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { before, describe, it } from "mocha";
import { parse } from "yaml";
import { startLoad } from "../../../bench/load/load.ts";
import type { Summary } from "../../../bench/load/summary.ts";
import { readApplication, type WalkApplication } from "../../../demo/application/folder.ts";
import { importApplicationImage } from "../../../demo/application/install.ts";
import { applyObjects } from "../../../demo/application/objects.ts";
import { setSecrets } from "../../../demo/application/secrets.ts";
import { PROJECT_ROOT } from "../../../local/paths.ts";
import { silentProgress } from "../../../local/process/progress.ts";
import { edgeUrl } from "../../../src/verification/address.ts";
import { until } from "../../support/until.ts";
import { administrator, environment, makeProject, type TestProject } from "../support/environment.ts";
import { found } from "../support/move.ts";
import { canary } from "../support/project.ts";

const NAMESPACE = "e2e-shop";
/** What the two cores of a small machine bear beside a cluster, its edge and the load itself. */
const CONNECTIONS_PER_SECOND = 500;
const MOVE_MS = 120_000;
/** The image of the release before, with another file. */
const NEXT = "1.1.0-greens";
const NEXT_FILE = "title = Greens, sold by {version}";

interface Named {
  readonly metadata: { readonly name: string; readonly deletionTimestamp?: string };
}

describe(`examples/shop through two releases, at ${CONNECTIONS_PER_SECOND} connections a second`, function () {
  this.timeout(2 * MOVE_MS);
  let application: WalkApplication;
  let project: TestProject;
  let url: string;

  before(async () => {
    application = await readApplication(join(PROJECT_ROOT, "examples", "shop"));
    await importApplicationImage(application, environment().stateDir, silentProgress);
    project = await makeProject(NAMESPACE, application.project.directory);
    await found(project);
    await setSecrets(project.workspace, application);
    await applyObjects(await administrator(), NAMESPACE, application.objects, project.workspace);
    await typed("promote", "canary-25");
    const operator = await project.operator();
    url = await edgeUrl(await administrator(), await operator.project.stage("canary-25"));
    await until(async () => (await fetch(url)).ok);
  });

  async function typed(command: string, ...words: string[]): Promise<string> {
    const { exitCode, stdout, stderr } = await canary(project, command, ...words, "--yes");
    assert.equal(exitCode, 0, `${stdout}\n${stderr}`);
    return stdout + stderr;
  }

  /** Does something under load: no request fails. */
  async function underLoad(work: () => Promise<unknown>): Promise<Summary> {
    const load = await startLoad({
      url,
      clusterCidrs: environment().networks,
      newConnectionsPerSecond: CONNECTIONS_PER_SECOND,
      recordFile: join(project.workspace.directory, "load.ndjson"),
      // A version of its own image says so in its file alone.
      classify: { body: "sold by (\\S+)" },
    });
    await work();
    const summary = await load.stop();
    assert.deepEqual(summary.failures, []);
    return summary;
  }

  const page = async (): Promise<string> => (await fetch(url, { headers: { connection: "close" } })).text();

  it("serves what the database has, with its settings, each version in its own way", async () => {
    const pages = new Set<string>();
    await until(async () => pages.add(await page()).size === 2);
    assert.deepEqual([...pages].sort(), [
      "shop 1.0.0\nFruit, sold by 1.0.0\nApple\nPear\n",
      "shop 1.1.0\nFruit, sold by 1.1.0\nApple 0.40\nPear 0.60\n",
    ]);
  });

  it("goes to its end without a failed request", async () => {
    const { byVersion } = await underLoad(async () => {
      for (const stage of ["canary-75", "canary-100"]) await typed("promote", stage);
    });
    assert.deepEqual(Object.keys(byVersion).sort(), ["1.0.0", "1.1.0"]);
    assert.match(await page(), /^shop 1\.1\.0\n/);
  });

  /** The Jobs of hooks that there are, by their names. */
  async function jobs(): Promise<string[]> {
    const found = await (await administrator()).list<Named>(`/apis/batch/v1/namespaces/${NAMESPACE}/jobs`);
    return found.map(({ metadata }) => metadata.name).sort();
  }

  /** The pods that stay, by their names. */
  async function pods(): Promise<string[]> {
    const found = await (await administrator()).list<Named>(
      `/api/v1/namespaces/${NAMESPACE}/pods?labelSelector=app=shop`,
    );
    const staying = found.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
    return staying.map(({ metadata }) => metadata.name).sort();
  }

  /** `app` of the workspace's Pulumi.yaml. */
  async function appOf(): Promise<{ readonly hooks: object }> {
    const text = await readFile(join(project.workspace.directory, "Pulumi.yaml"), "utf8");
    return (parse(text) as { config: { app: { value: { hooks: object } } } }).config.app.value;
  }

  it("has migrated once", async () => {
    const [job, ...others] = await jobs();
    assert.match(job ?? "", /^shop-before-[0-9a-f]{10}$/);
    assert.deepEqual(others, []);
  });

  it("has a next release of configuration alone", async () => {
    const set = ["--set", `files["/etc/shop/shop.conf"]=${NEXT_FILE}`];
    const { exitCode, stdout, stderr } = await canary(project, "release", NEXT, ...set);
    assert.equal(exitCode, 0, stderr);
    assert.match(stdout, /image {2}1\.1\.0 \(same\)\n {2}files\["\/etc\/shop\/shop\.conf"\] {2}changed\n/);
  });

  it("leaves all as it is when its hook fails or does not end, and says why", async () => {
    const [repaired, before] = [await appOf(), await pods()];
    const failure = async (hook: object): Promise<string> => {
      await project.edit("Pulumi.yaml", { app: { ...repaired, hooks: { before: hook } } });
      const preview = await canary(project, "preview", "canary-25");
      assert.match(
        preview.stdout,
        /hook before, which has to succeed before any pod changes: (migrate-all|metrics)/,
      );
      const { exitCode, stdout, stderr } = await canary(project, "promote", "canary-25", "--yes");
      assert.equal(exitCode, 1, stdout);
      assert.match(stderr, /No pod and no traffic was changed/);
      return stderr;
    };
    await underLoad(async () => {
      const failed = await failure({ args: ["migrate-all"] });
      assert.match(
        failed,
        /app\.hooks\.before \(migrate-all\): Job e2e-shop\/shop-before-\S+ failed: exit code 1; its last lines:/,
      );
      assert.match(failed, /usage: shop serve \| metrics \| migrate \| database/);
      const endless = await failure({ args: ["metrics"], timeoutSeconds: 2 });
      assert.match(
        endless,
        /app\.hooks\.before \(metrics\): Job e2e-shop\/shop-before-\S+ failed: not done within 2 s/,
      );
    });
    assert.deepEqual(await pods(), before);
    const after = { args: ["migrate"], timeoutSeconds: 60, sidecars: ["metrics"] };
    await project.edit("Pulumi.yaml", { app: { ...repaired, hooks: { ...repaired.hooks, after } } });
  });

  it("begins it by a bare pulumi up, which runs the mended hook", async () => {
    const { exitCode, output } = await project.pulumi("up", "--yes", "--skip-preview", "-s", "canary-25");
    assert.equal(exitCode, 0, output);
    assert.equal((await jobs()).length, 1, "those of the last release and of the failures are gone");
  });

  it("takes it up, back, and to its end without a failed request", async () => {
    const { byVersion } = await underLoad(async () => {
      await typed("promote", "canary-75");
      await typed("rollback");
      await typed("promote", "canary-75");
      await typed("promote", "canary-100");
    });
    assert.deepEqual(Object.keys(byVersion).sort(), ["1.1.0", NEXT]);
    assert.equal(await page(), `shop 1.1.0\nGreens, sold by ${NEXT}\nApple 0.40\nPear 0.60\n`);
    const [after, before, ...others] = await jobs();
    assert.match(after ?? "", /^shop-after-/);
    assert.match(before ?? "", /^shop-before-/);
    assert.deepEqual(others, []);
  });

  it("would change nothing when it is applied once more", async () => {
    const { stdout } = await canary(project, "preview", "canary-100");
    assert.match(stdout, /Nothing would change\./);
  });
});
