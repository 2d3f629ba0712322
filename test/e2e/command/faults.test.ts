import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { after, before, describe, it } from "mocha";
import { deploymentPath } from "../../../src/cluster/objects.ts";
import type { Deployment } from "../../../src/model/deployment.ts";
import { type Lease, renewedLease, takenLease } from "../../../src/model/lock.ts";
import { statusSchema } from "../../../src/results/schemas.ts";
import { until } from "../../support/until.ts";
import { administrator, environment, makeProject, type TestProject } from "../support/environment.ts";
import { type Cable, canary, layCable, lockStack, startCanary } from "../support/project.ts";

const NAMESPACE = "e2e-faults-command";
const LEASE = `/apis/coordination.k8s.io/v1/namespaces/${NAMESPACE}/leases/httpd-release`;
const QUICKLY = ["--yes", "--no-verify"];

describe("canary, when something goes wrong", () => {
  let project: TestProject;
  let cable: Cable;
  const run = (...words: string[]) => canary(project, ...words);

  before(async () => {
    project = await makeProject(NAMESPACE);
    cable = await layCable(project.workspace.directory);
    const { context } = environment();
    const { kubeconfig } = cable;
    await project.edit("Pulumi.foundation.yaml", { cluster: { kind: "kubeconfig", context, kubeconfig } });
    const founded = await run("foundation", "--yes");
    assert.equal(founded.exitCode, 0, founded.stderr);
    const first = await run("promote", ...QUICKLY);
    assert.equal(first.exitCode, 0, first.stderr);
  });

  after(() => cable.cut());

  const generation = async (name: string): Promise<number> => {
    const api = await administrator();
    return (await api.get<Deployment>(deploymentPath(NAMESPACE, name)))?.metadata?.generation ?? 0;
  };

  /** Starts a move, and gives it back as soon as it has changed a Deployment. */
  async function startedMove(words: readonly string[], deployment: string) {
    const generationBefore = await generation(deployment);
    const move = startCanary(project, words);
    await until(async () => (await generation(deployment)) > generationBefore);
    // In an object: a promise of it would be its end.
    return { move };
  }

  const unfinished = async () =>
    statusSchema.parse(JSON.parse((await run("status", "--json")).stdout)).live?.unfinishedMoveTo;

  it("lets one of two promoters through, and tells the other one who it is", async () => {
    const both = await Promise.all([
      run("promote", "canary-75", ...QUICKLY),
      run("promote", "canary-75", ...QUICKLY),
    ]);
    assert.deepEqual(both.map(({ exitCode }) => exitCode).sort(), [0, 3]);
    const refused = both.find(({ exitCode }) => exitCode === 3);
    assert.match(
      refused?.stderr ?? "",
      /the lock is held by \S+@\S+:\d+\.[0-9a-f]{8} \(promote canary-75\) since/,
    );
    assert.equal((await run("rollback", ...QUICKLY)).exitCode, 0);
  });

  it("stops at Ctrl-C in good order, says what is half done, and repairs it", async () => {
    const { move } = await startedMove(["promote", "canary-75", ...QUICKLY], "httpd-new");
    move.kill("SIGINT");
    const { exitCode, stderr } = await move;
    assert.equal(exitCode, 1);
    assert.match(stderr, /By the release record, canary-25 is live, but not all of it/);
    assert.match(stderr, /Go on with: canary promote canary-75. Go back with: canary rollback/);
    assert.equal(await unfinished(), "canary-75");
    const back = await run("rollback", ...QUICKLY);
    assert.equal(back.exitCode, 0, back.stderr);
    assert.equal(await unfinished(), null);
  });

  it("recovers from a process that was killed: its lock is broken by name, its engine's found dead", async () => {
    const { move } = await startedMove(["promote", "canary-75", ...QUICKLY], "httpd-new");
    move.kill("SIGKILL");
    await move;
    const refused = await run("promote", "canary-75", ...QUICKLY);
    assert.equal(refused.exitCode, 3);
    const holder = /unlock --holder (\S+)/.exec(refused.stderr)?.[1] ?? "";
    assert.equal((await run("unlock", "--holder", "somebody-else")).exitCode, 3);
    assert.equal((await run("unlock", "--holder", holder)).exitCode, 0);
    const again = await run("promote", "canary-75", ...QUICKLY);
    assert.equal(again.exitCode, 0, again.stderr);
    assert.equal((await run("rollback", ...QUICKLY)).exitCode, 0);
  });

  it("steals no lock from a living holder whose clock is wrong by minutes", async () => {
    const api = await administrator();
    const place = { namespace: NAMESPACE, name: "httpd-release" };
    const wrongTime = () => new Date(Date.now() - 600_000);
    const taken = takenLease(
      place,
      await api.get<Lease>(LEASE),
      { name: "bob@elsewhere:1", purpose: "" },
      wrongTime(),
    );
    const put = (content: unknown) => api.send<Lease>("PUT", LEASE, { type: "application/json", content });
    let lease = await put(taken);
    const alive = setInterval(() => {
      put(renewedLease(lease, wrongTime())).then(
        (renewed) => {
          lease = renewed;
        },
        () => undefined,
      );
    }, 2_000);
    const refused = await run("promote", "canary-75", ...QUICKLY);
    clearInterval(alive);
    assert.equal(refused.exitCode, 3, refused.stderr);
    assert.match(refused.stderr, /bob@elsewhere:1 holds the lock, which expired at .*: watching whether/);
    assert.equal((await run("unlock", "--holder", "bob@elsewhere:1")).exitCode, 0);
  });

  it("says that a passphrase is wrong, without a stack trace", async () => {
    const { exitCode, stderr } = await startCanary(project, ["status"], {
      PULUMI_CONFIG_PASSPHRASE: "wrong",
      PULUMI_CONFIG_PASSPHRASE_FILE: "",
    });
    assert.equal(exitCode, 1);
    assert.match(stderr, /passphrase/);
    assert.doesNotMatch(stderr, /\n\s+at /);
  });

  it("says who has locked the backend, and leaves that lock alone", async () => {
    const file = await lockStack(project, "canary-75");
    const refused = await run("promote", "canary-75", ...QUICKLY);
    assert.equal(refused.exitCode, 3, refused.stderr);
    assert.match(
      refused.stderr,
      /another update of stack canary-75 is under way, by bob@elsewhere \(pid 4711\)/,
    );
    assert.match(refused.stderr, /pulumi cancel --stack canary-75/);
    await rm(file);
  });

  it("says that the API server is away, and goes on when it is back", async () => {
    await cable.cut();
    const away = await run("status");
    await cable.mend();
    assert.equal(away.exitCode, 1);
    assert.match(away.stderr, /the cluster at https:\/\/127\.0\.0\.1:\d+ cannot be reached/);
    const back = await run("promote", "canary-75", ...QUICKLY);
    assert.equal(back.exitCode, 0, back.stderr);
  });
});
