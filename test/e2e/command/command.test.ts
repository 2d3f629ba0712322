import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { before, describe, it } from "mocha";
import {
  foundationSchema,
  historySchema,
  previewSchema,
  promoteSchema,
  releaseSchema,
  rollbackSchema,
  statusSchema,
  teardownSchema,
  verifySchema,
} from "../../../src/results/schemas.ts";
import { until } from "../../support/until.ts";
import { administrator, environment, makeProject, type TestProject } from "../support/environment.ts";
import { createByKubectl } from "../support/kubectl.ts";
import { canary, type Ended } from "../support/project.ts";

const NAMESPACE = "e2e-command";
/** Requests enough for a test: a share that is off by 15 points does not pass. */
const FEW = ["--requests", "400", "--precision", "10"];

describe("canary", () => {
  let project: TestProject;
  const run = (...words: string[]): Promise<Ended> => canary(project, ...words);
  const json = ({ stdout, stderr }: Ended): unknown => {
    assert.notEqual(stdout, "", stderr);
    return JSON.parse(stdout);
  };

  before(async () => {
    project = await makeProject(NAMESPACE);
  });

  it("makes the foundation, and says before that a stage needs it", async () => {
    const nothing = statusSchema.parse(json(await run("status", "--json")));
    assert.equal(nothing.live, null);
    const early = await run("promote", "--yes");
    assert.equal(early.exitCode, 1);
    assert.match(early.stderr, /was never applied\nApply it first: canary foundation/);
    const unasked = await run("foundation");
    assert.equal(unasked.exitCode, 2);
    const founded = await run("foundation", "--yes", "--json");
    assert.equal(founded.exitCode, 0, founded.stderr);
    const { stack, applied, changes } = foundationSchema.parse(json(founded));
    assert.deepEqual([stack, applied, changes.length], ["foundation", true, 21]);
    assert.match(founded.stderr, /needs an administrator of the cluster behind context/);
    const again = await run("foundation", "--yes", "--json");
    assert.deepEqual(foundationSchema.parse(json(again)).changes, []);
  });

  it("begins with the first stage", async () => {
    const first = await run("promote", "--yes", "--json", ...FEW);
    assert.equal(first.exitCode, 0, first.stderr);
    const [move] = promoteSchema.parse(json(first));
    assert.deepEqual([move?.stage, move?.move, move?.verification?.fits], ["canary-25", "first", true]);
  });

  it("shows what is live, and the four numbers", async () => {
    const status = statusSchema.parse(json(await run("status", "--json")));
    assert.equal(status.live?.stage, "canary-25");
    assert.equal(status.live?.next, "canary-75");
    assert.deepEqual(status.stages, [
      { name: "canary-25", condition: "live" },
      { name: "canary-75", condition: "never applied" },
      { name: "canary-100", condition: "never applied" },
    ]);
    assert.equal(status.live.tracks.canary.replicaSets[0]?.pods[0]?.serving, true);
    const { url } = verifySchema.parse(json(await run("verify", "--json", ...FEW)));
    const stats = new URL(environment().edge?.statsUrl ?? "");
    stats.hostname = new URL(url).hostname;
    const verified = verifySchema.parse(json(await run("verify", "--stats", stats.href, "--json", ...FEW)));
    assert.deepEqual(
      { ...verified.shares.canary, measured: undefined },
      { intended: 25, effective: 25, applied: 25, measured: undefined },
    );
  });

  it("previews a stage that was never applied exactly, and says by its exit code that it would change something", async () => {
    const preview = await run("preview", "--exit-code", "--json");
    assert.equal(preview.exitCode, 10, preview.stderr);
    const { stage, move, changes, restarts } = previewSchema.parse(json(preview));
    assert.deepEqual(
      [stage, move, restarts.sort()],
      ["canary-75", "promotion", ["httpd-new", "httpd-previous"]],
    );
    const deployments = changes.filter(({ object }) => object.startsWith("Deployment"));
    assert.deepEqual(deployments.map(({ object, from, to }) => [object, from, to]).sort(), [
      ["Deployment httpd-new", "25", "75"],
      ["Deployment httpd-previous", "75", "25"],
    ]);
    assert.equal((await run("preview", "canary-25", "--exit-code")).exitCode, 0);
  });

  it("refuses a stage that is skipped, a stage that is none, and to go on without being told so", async () => {
    const skipped = await run("promote", "canary-100", "--yes");
    assert.equal(skipped.exitCode, 3);
    assert.match(skipped.stderr, /canary-100 is refused: .* has not been at canary-75 yet/);
    assert.equal((await run("preview", "canary-50")).exitCode, 3);
    const unasked = await run("promote");
    assert.equal(unasked.exitCode, 2);
    assert.match(unasked.stderr, /Add --yes/);
    assert.equal((await run("promote", "--frob")).exitCode, 2);
  });

  it("promotes, and goes back when the share does not fit", async () => {
    const nowhere = ["--url", "http://127.0.0.1:9/"];
    const failed = await run("promote", "--yes", "--rollback-on-failure", "--json", ...FEW, ...nowhere);
    assert.equal(failed.exitCode, 4, failed.stderr);
    const [move] = promoteSchema.parse(json(failed));
    assert.equal(move?.verification?.fits, false);
    assert.equal(move.rolledBack?.stage, "canary-25");
    assert.equal(statusSchema.parse(json(await run("status", "--json"))).live?.stage, "canary-25");
  });

  it("goes through every stage, and back by one", async () => {
    const all = await run("promote", "--to", "canary-100", "--soak", "1s", "--yes", "--json", ...FEW);
    assert.equal(all.exitCode, 0, all.stderr);
    assert.deepEqual(
      promoteSchema.parse(json(all)).map(({ stage }) => stage),
      ["canary-75", "canary-100"],
    );
    const back = await run("rollback", "--yes", "--json", ...FEW);
    assert.equal(back.exitCode, 0, back.stderr);
    assert.equal(rollbackSchema.parse(json(back)).stage, "canary-75");
    assert.equal((await run("promote", "--yes", "--no-verify")).exitCode, 0);
  });

  it("remembers every move, newest first, for kubectl too", async () => {
    const moves = historySchema.parse(json(await run("history", "--json")));
    assert.deepEqual(
      moves.map(({ stage, result }) => `${stage} ${result}`),
      [
        "canary-100 done",
        "canary-75 done",
        "canary-100 done",
        "canary-75 done",
        "canary-25 does not fit",
        "canary-75 does not fit",
        "canary-25 done",
      ],
    );
    const api = await administrator();
    const map = await api.get<{ data: { moves: string } }>(
      `/api/v1/namespaces/${NAMESPACE}/configmaps/httpd-history`,
    );
    assert.equal(map?.data.moves.trim().split("\n").length, moves.length);
  });

  it("writes the next release into Pulumi.yaml, and refuses another one in the middle of it", async () => {
    const file = join(project.workspace.directory, "Pulumi.yaml");
    const before = await readFile(file, "utf8");
    const written = await run("release", "2.4.23", "--json");
    assert.equal(written.exitCode, 0, written.stderr);
    assert.deepEqual(releaseSchema.parse(json(written)).after, { previous: "2.4.20", canary: "2.4.23" });
    assert.match(written.stderr, /Not checked whether image httpd:2\.4\.23 exists/);
    const changed = (await readFile(file, "utf8")).split("\n").filter((line) => !before.includes(line));
    assert.deepEqual(
      changed.map((line) => line.trim()),
      ['previous: "2.4.20"', 'canary: "2.4.23"'],
    );
    const next = await run("promote", "--yes", "--json", ...FEW);
    assert.equal(next.exitCode, 0, next.stderr);
    assert.equal(promoteSchema.parse(json(next))[0]?.move, "new release");
    assert.equal((await run("release", "2.4.25")).exitCode, 3);
  });

  it("takes everything down, once the name is typed and what somebody else made is named", async () => {
    const name = `canary-stages/${NAMESPACE}`;
    const wrong = await run("teardown", "--confirm", "something-else");
    assert.equal(wrong.exitCode, 2);
    assert.match(wrong.stderr, /canary-25: DELETES .*Deployment httpd-new/);
    assert.match(wrong.stderr, /foundation: DELETES .*Namespace e2e-command/);
    const api = await administrator();
    await createByKubectl(api, `/api/v1/namespaces/${NAMESPACE}/configmaps`, {
      metadata: { name: "theirs" },
    });
    const refused = await run("teardown", "--confirm", name);
    assert.equal(refused.exitCode, 3, refused.stderr);
    assert.match(refused.stderr, /which would be deleted with it: ConfigMap\/theirs\n/);
    const hint = /canary (teardown --delete-foreign \S+)/.exec(refused.stderr)?.[1]?.split(" ") ?? [];
    const down = await run(...hint, "--confirm", name, "--json");
    assert.equal(down.exitCode, 0, down.stderr);
    assert.deepEqual(teardownSchema.parse(json(down)).destroyed, [
      "canary-100",
      "canary-75",
      "canary-25",
      "foundation",
    ]);
    await until(async () => !(await api.get(`/api/v1/namespaces/${NAMESPACE}`)));
  });
});
