import assert from "node:assert/strict";
import { join } from "node:path";
import { before, describe, it } from "mocha";
import { type Load, startLoad } from "../../../bench/load/load.ts";
import { setRelease } from "../../../local/environment/workspace.ts";
import type { KubernetesApi } from "../../../src/cluster/api.ts";
import { configMapPath, deploymentPath } from "../../../src/cluster/objects.ts";
import type { Deployment } from "../../../src/model/deployment.ts";
import { edgeUrl } from "../../../src/verification/address.ts";
import { until } from "../../support/until.ts";
import { administrator, environment, makeProject, type TestProject } from "../support/environment.ts";
import { found } from "../support/move.ts";
import { canary, type Ended } from "../support/project.ts";

const NAMESPACE = "e2e-versions";
const IMAGE = "2.4.20";
const TRACKS = ["httpd-previous", "httpd-new"];
const STAGES = ["canary-25", "canary-75", "canary-100", "canary-0"];
const PASSWORDS = { old: "geheim-4711", new: "anders-4712" };

const APPLICATION = {
  name: "httpd",
  image: "httpd",
  port: 80,
  probePath: "/",
  resources: { requests: { cpu: "50m", memory: "32Mi" }, limits: { cpu: "500m", memory: "128Mi" } },
  drainSeconds: 2,
  runAsUser: 1,
  writablePaths: ["/usr/local/apache2/logs"],
  args: ["-c", 'Header always set X-Settings "$(LEVEL) $(PASSWORD)"'],
  env: { LEVEL: "info" },
  secrets: { PASSWORD: { config: "old" } },
  files: { "/usr/local/apache2/htdocs/index.html": "version {version}\n" },
};
const DEBUG = { image: IMAGE, env: { LEVEL: "debug" }, secrets: { PASSWORD: { config: "new" } } };

interface Named {
  readonly metadata: { readonly name: string };
}

/** The same image on both sides: what is released is what it is run with. */
describe("a release of configuration alone", function () {
  this.timeout(480_000);
  let project: TestProject;
  let api: KubernetesApi;
  let url: string;

  async function typed(...words: string[]): Promise<void> {
    const { exitCode, output } = await project.pulumi(...words);
    assert.equal(exitCode, 0, `${words.join(" ")}: ${output}`);
  }

  async function done(...words: string[]): Promise<Ended> {
    const ended = await canary(project, ...words);
    assert.equal(ended.exitCode, 0, `${words.join(" ")}: ${ended.stdout}\n${ended.stderr}`);
    return ended;
  }

  before(async () => {
    project = await makeProject(NAMESPACE);
    await project.edit("Pulumi.yaml", { app: APPLICATION, versions: { debug: DEBUG } });
    await setRelease(project.workspace, { previous: IMAGE, canary: "debug" });
    await found(project);
    api = await administrator();
    for (const stage of STAGES) {
      await typed("stack", "init", stage);
      for (const [name, value] of Object.entries(PASSWORDS)) {
        await typed("config", "set", "--secret", "--path", `secrets.${name}`, value, "--stack", stage);
      }
      await typed("config", "set", "--secret", "secretsKey", "k".repeat(40), "--stack", stage);
    }
  });

  /** What each version's answers say of its settings. */
  async function answers(): Promise<Record<string, string>> {
    const found: Record<string, string> = {};
    for (let request = 0; request < 40; request++) {
      const answer = await fetch(url, { headers: { connection: "close" } });
      const version = (await answer.text()).trim().replace("version ", "");
      const said = answer.headers.get("x-settings") ?? "none";
      assert.equal(found[version] ?? said, said, "a version has one setting");
      found[version] = said;
    }
    return found;
  }

  const load = (): Promise<Load> =>
    startLoad({
      url,
      clusterCidrs: environment().networks,
      newConnectionsPerSecond: 100,
      recordFile: join(project.workspace.directory, "load.ndjson"),
      classify: { body: "version (\\S+)" },
    });

  const OLD = `info ${PASSWORDS.old}`;
  const NEW = `debug ${PASSWORDS.new}`;

  it("says what it changes, a line for each value, and no secret", async () => {
    const { stdout } = await done("preview", "canary-25");
    assert.match(
      stdout,
      /debug against 2\.4\.20:\n +image +2\.4\.20 \(same\)\n +env\.LEVEL +info → debug\n +secrets\.PASSWORD +changed\n/,
    );
    const { stdout: json } = await done("preview", "canary-25", "--json");
    assert.deepEqual(JSON.parse(json).settings, [
      { path: "image", change: "same", from: IMAGE, to: IMAGE },
      { path: "env.LEVEL", change: "changed", from: "info", to: "debug" },
      { path: "secrets.PASSWORD", change: "changed", from: null, to: null },
    ]);
    for (const password of Object.values(PASSWORDS)) assert.ok(!(stdout + json).includes(password));
  });

  it("splits traffic between two settings of one image", async () => {
    await done("promote", "canary-25", "--yes");
    const operator = await project.operator();
    url = await edgeUrl(api, await operator.project.stage("canary-25"));
    await until(async () => Object.keys(await answers()).length === 2);
    assert.deepEqual(await answers(), { [IMAGE]: OLD, debug: NEW });
    const { stdout } = await done("verify", "--json");
    assert.deepEqual(JSON.parse(stdout).problems, []);
  });

  it("is promoted and rolled back under load without a failed request", async () => {
    const running = await load();
    await done("promote", "canary-75", "--yes", "--no-verify");
    await done("rollback", "--yes", "--no-verify");
    const { failures, byVersion } = await running.stop();
    assert.deepEqual(failures, []);
    assert.deepEqual(Object.keys(byVersion).sort(), [IMAGE, "debug"]);
    assert.deepEqual(await answers(), { [IMAGE]: OLD, debug: NEW });
  });

  async function liveTemplates(): Promise<string[]> {
    const found = await Promise.all(
      TRACKS.map((name) => api.get<Deployment>(deploymentPath(NAMESPACE, name))),
    );
    return found.map((deployment) => JSON.stringify(deployment?.spec.template.spec));
  }

  it("is refused where what is live would change, by canary and by pulumi up, and nothing is changed", async () => {
    const before = await liveTemplates();
    await project.edit("Pulumi.yaml", { app: { ...APPLICATION, env: { LEVEL: "warn" } } });
    for (const stage of ["canary-25", "canary-75"]) {
      const refusal = new RegExp(
        `stage ${stage} is refused: what is live changes through the stages alone\\s+version 2\\.4\\.20 is live, and would be changed:\\s+env\\.LEVEL {2}info → warn`,
      );
      const { exitCode, stderr } = await canary(project, "promote", stage, "--yes");
      assert.equal(exitCode, 3, stderr);
      assert.match(stderr, refusal);
      const shell = await project.pulumi("up", "--yes", "--skip-preview", "-s", stage);
      assert.notEqual(shell.exitCode, 0);
      assert.match(shell.output, refusal);
      assert.doesNotMatch(shell.output, /^\s+at /m);
    }
    assert.deepEqual(await liveTemplates(), before);
  });

  it("is refused where a secret has another value, which the program alone sees", async () => {
    await project.edit("Pulumi.yaml", { app: APPLICATION });
    const set = (value: string) =>
      typed("config", "set", "--secret", "--path", "secrets.old", value, "--stack", "canary-75");
    await set("other-4713");
    const { exitCode, stdout, stderr } = await canary(project, "promote", "canary-75", "--yes");
    assert.notEqual(exitCode, 0);
    assert.match(
      stdout + stderr,
      /version 2\.4\.20 is live, and would be changed:\s+secrets\.PASSWORD {2}changed/,
    );
    assert.doesNotMatch(stdout + stderr, /geheim|4713/);
    await set(PASSWORDS.old);
  });

  it("is taken out whatever Pulumi.yaml says meanwhile, and all that it changed with it", async () => {
    const before = await liveTemplates();
    await project.edit("Pulumi.yaml", { app: { ...APPLICATION, env: { LEVEL: "warn" } } });
    const running = await load();
    await done("abort", "--yes", "--no-verify");
    const { failures } = await running.stop();
    assert.deepEqual(failures, []);
    assert.deepEqual(await answers(), { [IMAGE]: OLD });
    assert.deepEqual(await liveTemplates(), before);
    await project.edit("Pulumi.yaml", { app: APPLICATION });
  });

  it("has an entry that takes a key away by null: pulumi up reads it as canary does", async () => {
    await project.edit("Pulumi.yaml", {
      versions: { debug: { ...DEBUG, env: { LEVEL: "debug", MORE: "x" }, drainSeconds: null } },
    });
    await typed("up", "--yes", "--skip-preview", "-s", "canary-25");
    const { stdout } = await done("preview", "canary-25", "--json");
    assert.deepEqual(JSON.parse(stdout).changes, []);
    await done("abort", "--yes", "--no-verify");
    await project.edit("Pulumi.yaml", { versions: { debug: DEBUG } });
  });

  it("may be changed while it is live by whoever says why", async () => {
    await done("promote", "canary-25", "--yes", "--no-verify");
    const reason = "INC-42: the log is full";
    await project.edit("Pulumi.yaml", { app: { ...APPLICATION, env: { LEVEL: "warn" } } });
    await project.edit("Pulumi.canary-25.yaml", { lifecycleOverride: reason });
    await done("promote", "canary-25", "--yes", "--no-verify");
    assert.equal((await answers())[IMAGE], `warn ${PASSWORDS.old}`);
    const record = await api.get<{ data: Record<string, string> }>(configMapPath(NAMESPACE, "httpd-release"));
    assert.equal(record?.data.override, reason);
    await typed("config", "rm", "lifecycleOverride", "--stack", "canary-25");
  });

  async function versionObjects(): Promise<string[]> {
    const names = await Promise.all(
      ["configmaps", "secrets"].map((kind) => api.list<Named>(`/api/v1/namespaces/${NAMESPACE}/${kind}`)),
    );
    return names
      .flat()
      .flatMap(({ metadata: { name } }) => (/^httpd-(previous|new)-/.test(name) ? [name] : []));
  }

  it("leaves nothing of releases that are over, after ten of them", async function () {
    this.timeout(900_000);
    await done("promote", "--to", "canary-100", "--yes", "--no-verify");
    let previous = "debug";
    for (let release = 1; release <= 10; release++) {
      const name = `settings-${release}`;
      const isFromApp = release % 2 === 0;
      if (isFromApp) {
        const secrets = { PASSWORD: { config: "new" } };
        await project.edit("Pulumi.yaml", {
          app: { ...APPLICATION, env: { LEVEL: String(release) }, secrets },
        });
      }
      const settings = ["--set", `env.LEVEL=${release}`, "--set", "secrets.PASSWORD.config=old"];
      const { stdout } = await done("release", name, ...(isFromApp ? ["--from-app"] : settings));
      assert.match(stdout, /image {2}2\.4\.20 \(same\)\n {2}env\.LEVEL {2}\w+ → \d+\n/);
      await done("promote", "canary-25", "--yes", "--no-verify");
      assert.equal(
        Object.keys(await answers())
          .sort()
          .join(),
        [previous, name].sort().join(),
      );
      const objects = await versionObjects();
      assert.ok(objects.length <= 8, `${name}: ${objects.join(" ")}`);
      const isAborted = release % 3 === 0;
      if (isAborted) await done("abort", "--yes", "--no-verify");
      else await done("promote", "--to", "canary-100", "--yes", "--no-verify");
      if (!isAborted) previous = name;
      assert.deepEqual(Object.keys(await answers()), [previous]);
    }
    const used = (await liveTemplates()).join();
    const left = await versionObjects();
    assert.ok(left.length <= 8, left.join(" "));
    assert.ok(left.some((name) => used.includes(name)));
    assert.deepEqual(await answers(), { "settings-10": `10 ${PASSWORDS.new}` });
  });
});
