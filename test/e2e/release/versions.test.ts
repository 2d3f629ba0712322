import assert from "node:assert/strict";
import { join } from "node:path";
import { before, describe, it } from "mocha";
import { type Load, startLoad } from "../../../bench/load/load.ts";
import { configMapPath } from "../../../src/cluster/objects.ts";
import { until } from "../../support/until.ts";
import { environment, type TestProject } from "../support/environment.ts";
import { canary } from "../support/project.ts";
import { APPLICATION, DEBUG, IMAGE, PASSWORDS, SettingsWorld } from "../support/settings-world.ts";

const NAMESPACE = "e2e-versions";
/** What each would leave is two objects at least: more than there may be after these. Ten of them: test/e2e/long. */
const RELEASES = 4;

/** The same image on both sides: what is released is what it is run with. */
describe("a release of configuration alone", function () {
  this.timeout(480_000);
  let world: SettingsWorld;
  let project: TestProject;

  before(async () => {
    world = await SettingsWorld.make(NAMESPACE);
    project = world.project;
  });

  const load = async (): Promise<Load> =>
    startLoad({
      url: await world.url(),
      clusterCidrs: environment().networks,
      newConnectionsPerSecond: 100,
      recordFile: join(project.workspace.directory, "load.ndjson"),
      classify: { body: "version (\\S+)" },
    });

  const OLD = `info ${PASSWORDS.old}`;
  const NEW = `debug ${PASSWORDS.new}`;

  it("says what it changes, a line for each value, and no secret", async () => {
    const { stdout } = await world.done("preview", "canary-25");
    assert.match(
      stdout,
      /debug against 2\.4\.20:\n +image +2\.4\.20 \(same\)\n +env\.LEVEL +info → debug\n +secrets\.PASSWORD +changed\n/,
    );
    const { stdout: json } = await world.done("preview", "canary-25", "--json");
    assert.deepEqual(JSON.parse(json).settings, [
      { path: "image", change: "same", from: IMAGE, to: IMAGE },
      { path: "env.LEVEL", change: "changed", from: "info", to: "debug" },
      { path: "secrets.PASSWORD", change: "changed", from: null, to: null },
    ]);
    for (const password of Object.values(PASSWORDS)) assert.ok(!(stdout + json).includes(password));
  });

  it("splits traffic between two settings of one image", async () => {
    await world.done("promote", "canary-25", "--yes");
    await until(async () => Object.keys(await world.answers()).length === 2);
    assert.deepEqual(await world.answers(), { [IMAGE]: OLD, debug: NEW });
    const { stdout } = await world.done("verify", "--json");
    assert.deepEqual(JSON.parse(stdout).problems, []);
  });

  it("is promoted and rolled back under load without a failed request", async () => {
    const running = await load();
    await world.done("promote", "canary-75", "--yes", "--no-verify");
    await world.done("rollback", "--yes", "--no-verify");
    const { failures, byVersion } = await running.stop();
    assert.deepEqual(failures, []);
    assert.deepEqual(Object.keys(byVersion).sort(), [IMAGE, "debug"]);
    assert.deepEqual(await world.answers(), { [IMAGE]: OLD, debug: NEW });
  });

  it("is refused where what is live would change, by canary and by pulumi up, and nothing is changed", async () => {
    const before = await world.liveTemplates();
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
    assert.deepEqual(await world.liveTemplates(), before);
  });

  it("is refused where a secret has another value, which the program alone sees", async () => {
    await project.edit("Pulumi.yaml", { app: APPLICATION });
    const set = (value: string) =>
      world.typed("config", "set", "--secret", "--path", "secrets.old", value, "--stack", "canary-75");
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
    const before = await world.liveTemplates();
    await project.edit("Pulumi.yaml", { app: { ...APPLICATION, env: { LEVEL: "warn" } } });
    const running = await load();
    await world.done("abort", "--yes", "--no-verify");
    const { failures } = await running.stop();
    assert.deepEqual(failures, []);
    assert.deepEqual(await world.answers(), { [IMAGE]: OLD });
    assert.deepEqual(await world.liveTemplates(), before);
    await project.edit("Pulumi.yaml", { app: APPLICATION });
  });

  it("has an entry that takes a key away by null: pulumi up reads it as canary does", async () => {
    await project.edit("Pulumi.yaml", {
      versions: { debug: { ...DEBUG, env: { LEVEL: "debug", MORE: "x" }, drainSeconds: null } },
    });
    await world.typed("up", "--yes", "--skip-preview", "-s", "canary-25");
    const { stdout } = await world.done("preview", "canary-25", "--json");
    assert.deepEqual(JSON.parse(stdout).changes, []);
    await world.done("abort", "--yes", "--no-verify");
    await project.edit("Pulumi.yaml", { versions: { debug: DEBUG } });
  });

  it("may be changed while it is live by whoever says why", async () => {
    await world.done("promote", "canary-25", "--yes", "--no-verify");
    const reason = "INC-42: the log is full";
    await project.edit("Pulumi.yaml", { app: { ...APPLICATION, env: { LEVEL: "warn" } } });
    await project.edit("Pulumi.canary-25.yaml", { lifecycleOverride: reason });
    await world.done("promote", "canary-25", "--yes", "--no-verify");
    assert.equal((await world.answers())[IMAGE], `warn ${PASSWORDS.old}`);
    const record = await world.api.get<{ data: Record<string, string> }>(
      configMapPath(NAMESPACE, "httpd-release"),
    );
    assert.equal(record?.data.override, reason);
    await world.typed("config", "rm", "lifecycleOverride", "--stack", "canary-25");
  });

  it("leaves nothing of releases that are over", async () => {
    await world.done("promote", "--to", "canary-100", "--yes", "--no-verify");
    await world.goThrough("debug", RELEASES);
  });
});
