import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { reportSchema } from "../../../demo/walk/report.ts";
import { type Cluster, startCluster, stopCluster } from "../../../local/cluster/cluster.ts";
import { LOAD_BALANCER } from "../../../local/cluster/start.ts";
import { findProcess } from "../../../local/process/ledger.ts";
import { kill, stop } from "../../../local/process/processes.ts";
import { startTimeOf, withDescendants } from "../../../local/process/procfs.ts";
import { silentProgress } from "../../../local/process/progress.ts";
import type { KubernetesApi } from "../../../src/cluster/api.ts";
import { connect } from "../../../src/cluster/connect.ts";
import { until } from "../../support/until.ts";
import { drainSoon } from "../support/environment.ts";
import { makeUser, ownReport, type User } from "../support/own-cluster-user.ts";

const NAMESPACE = "canary-stages-walk";
const NAMESPACE_PATH = `/api/v1/namespaces/${NAMESPACE}`;
const STAGES = ["canary-25", "canary-75", "canary-25", "canary-75", "canary-100", "canary-25"];

describe("npm start -- --context, by somebody without root on a cluster of their own", function () {
  this.timeout(400_000);
  let stateDir = "";
  let cluster: Cluster;
  let api: KubernetesApi;
  let user: User;
  let objectsBefore: string[] = [];

  before(async () => {
    stateDir = mkdtempSync(join(tmpdir(), "own-cluster-"));
    cluster = await startCluster(stateDir, silentProgress);
    api = await connect({ file: cluster.kubeconfig, context: cluster.context });
    user = await makeUser(readFileSync(cluster.kubeconfig, "utf8"));
    await drainSoon(join(user.checkout, "Pulumi.yaml"));
    objectsBefore = await clusterObjects();
  });

  after(async () => {
    await user?.remove();
    await stopCluster(stateDir, silentProgress);
    rmSync(stateDir, { recursive: true });
  });

  async function ended(running: ReturnType<User["start"]>): Promise<{ exitCode: number; said: string }> {
    const { exitCode, signal, all = "" } = await running;
    // npm passes on by what its script was ended; a shell sees a number either way.
    return { exitCode: exitCode ?? 128 + (signal ? constants.signals[signal] : 0), said: all };
  }

  const walk = (...options: string[]) =>
    user.start([
      "npm",
      "start",
      "--",
      "--context",
      cluster.context,
      "--kubeconfig",
      user.kubeconfig,
      ...options,
    ]);

  /** As kind and minikube are: nobody gives addresses to load balancers. */
  async function withoutLoadBalancers(): Promise<void> {
    const entry = findProcess(stateDir, LOAD_BALANCER);
    assert.ok(entry);
    await stop(stateDir, entry);
  }

  /** Of the kinds that a release makes, or that stand above namespaces: names of all there are. */
  async function clusterObjects(): Promise<string[]> {
    const rbac = "/apis/rbac.authorization.k8s.io/v1";
    const paths = [
      "/api/v1/namespaces",
      `${rbac}/clusterroles`,
      `${rbac}/clusterrolebindings`,
      "/apis/apps/v1/deployments",
      "/api/v1/services",
      "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
    ];
    const lists = paths.map(async (path) => {
      const found = await api.list<{ metadata: { name: string } }>(path);
      return found.map(({ metadata }) => `${path}/${metadata.name}`);
    });
    return (await Promise.all(lists)).flat().sort();
  }

  async function assertNothingLeft(): Promise<void> {
    assert.equal(await api.get(NAMESPACE_PATH), undefined);
    assert.deepEqual(await clusterObjects(), objectsBefore);
    assert.ok(!existsSync(join(user.checkout, ".local-context")));
    assert.ok(!existsSync(join(user.checkout, ".local")));
  }

  const isReleased = async () => (await api.get(`${NAMESPACE_PATH}/configmaps/httpd-release`)) !== undefined;

  it("says at once that the kubeconfig has no such context", async () => {
    const file = ["--kubeconfig", user.kubeconfig];
    const { exitCode, said } = await ended(user.start(["npm", "start", "--", "--context", "mine", ...file]));
    assert.equal(exitCode, 2, said);
    assert.match(said, /is mine, which the kubeconfig does not have: it has canary-stages-local/);
    assert.doesNotMatch(said, /Pulumi|^\s+at /m);
  });

  it("leaves a namespace of that name alone, which is not its own", async () => {
    const body = { type: "application/json", content: { metadata: { name: NAMESPACE } } } as const;
    await api.send("POST", "/api/v1/namespaces", body);
    const { exitCode, said } = await ended(walk());
    assert.equal(exitCode, 2, said);
    assert.match(said, /has a namespace canary-stages-walk already, which this would delete in the end/);
    await api.send("DELETE", NAMESPACE_PATH);
    await until(async () => (await api.get(NAMESPACE_PATH)) === undefined);
  });

  it("takes everything back when it is interrupted, and comes in through a load balancer where there is one", async () => {
    const running = walk();
    await until(isReleased);
    // As a terminal's Ctrl-C: to every process of the group.
    process.kill(-(running.pid ?? 0), "SIGINT");
    const { exitCode, said } = await ended(running);
    assert.equal(exitCode, 130, said);
    assert.match(said, /Requests go through the load balancer of Service httpd, 10\./);
    assert.match(said, /stopped by SIGINT/);
    await assertNothingLeft();
  });

  it("takes down what a killed run left, and goes through the stages without a failed request where Services get no address", async () => {
    await withoutLoadBalancers();
    const running = walk();
    await until(isReleased);
    const pid = running.pid ?? 0;
    for (const { pid: each, startTime } of withDescendants([{ pid, startTime: startTimeOf(pid) ?? "" }])) {
      await kill({ name: "npm start", pid: each, startTime, command: [] });
    }
    await running;
    assert.notEqual(await api.get(NAMESPACE_PATH), undefined);

    const { exitCode, said } = await ended(walk("--keep"));
    assert.equal(exitCode, 0, said);
    assert.match(said, /An earlier run on canary-stages-local did not come to its end/);
    assert.match(said, /Requests go through the API server's proxy of Service httpd/);
    assert.doesNotMatch(said, /Building Kubernetes|Debian packages|voyager/i);
    assert.match(said, /^Watch it in a browser, .*: http:\/\/127\.0\.0\.1:\d+\/\?token=\S+$/m);
    const page = readFileSync(join(user.checkout, "reports", "own-cluster.html"), "utf8");
    const [, state = ""] =
      /<script type="application\/json" id="state"[^>]*>(.*?)<\/script>/s.exec(page) ?? [];
    assert.equal(JSON.parse(state).status.live.stage, STAGES.at(-1));
    assert.match(said, /Left on canary-stages-local: namespace canary-stages-walk/);
    assert.equal(await isReleased(), true);
    const report = reportSchema.parse(await ownReport(user));
    assert.deepEqual(
      report.steps.map(({ stage }) => stage),
      STAGES,
    );
    assert.equal(report.failed, 0);
    assert.ok(report.steps.every(({ fits }) => fits));
    assert.ok(report.requests > 6 * 1000, `only ${report.requests} requests`);
    assert.equal(report.environment.edge, "none");
  });

  it("refuses to begin anew beside what was kept, until that is taken down", async () => {
    const refused = await ended(walk());
    assert.equal(refused.exitCode, 2, refused.said);
    assert.match(refused.said, /the release on canary-stages-local was left there, by --keep/);
    assert.equal(await isReleased(), true);
    const { exitCode, said } = await ended(user.start(["npm", "run", "local:down"]));
    assert.equal(exitCode, 0, said);
    await assertNothingLeft();
  });
});
