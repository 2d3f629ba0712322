import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import { type Load, startLoad } from "../../../bench/load/load.ts";
import { createProgress } from "../../../local/process/progress.ts";
import { startPrometheus, stopPrometheus } from "../../../local/prometheus/prometheus.ts";
import { applicationIn } from "../../../src/application/application.ts";
import { rolloutOf } from "../../../src/model/rollout.ts";
import { evidenceSchema, historySchema, promoteSchema, statusSchema } from "../../../src/results/schemas.ts";
import { readServers } from "../../../src/routers/voyager/applied-share.ts";
import { until } from "../../support/until.ts";
import { environment } from "../support/environment.ts";
import { APP, type FaultWorld, faultWorld } from "../support/fault-world.ts";
import { canary, type Ended, startCanary } from "../support/project.ts";

const NAMESPACE = "e2e-fault-prometheus";
const PER_SECOND = 200;
const LOOK_SECONDS = 5;
const LEAST_SECONDS = 65;
const KILLS = 10;
const SECONDS_BETWEEN_KILLS = 6;
const PROMOTION = ["promote", "canary-75", "--yes", "--no-verify", "--json"];
const POD = 'namespace="{{namespace}}", pod=~"{{deployment}}-[^-]+-[^-]+"';

describe("the health gate over Prometheus, disturbed, under load", function () {
  this.timeout(300_000);
  let world: FaultWorld;
  let load: Load;
  let url: string;
  const run = (...words: string[]): Promise<Ended> => canary(world.project, ...words);

  before(async () => {
    world = await faultWorld(NAMESPACE, (project) =>
      project.edit("Pulumi.yaml", { app: { ...APP, annotations: { "prometheus.io/scrape": "true" } } }),
    );
    url = await startPrometheus(environment().stateDir, createProgress());
    await gateBy({ labels: { namespace: NAMESPACE } });
    load = await startLoad({
      url: world.url,
      clusterCidrs: [...environment().networks],
      newConnectionsPerSecond: PER_SECOND,
      recordFile: `${world.project.workspace.directory}/prometheus.ndjson`,
      classify: { header: "x-version" },
    });
  });
  after(() => Promise.all([load?.stop(), stopPrometheus(environment().stateDir)]));

  const gateBy = (queries: object) =>
    world.project.edit("Pulumi.yaml", {
      gate: {
        prometheus: { url, ...queries },
        every: `${LOOK_SECONDS}s`,
        least: `${LEAST_SECONDS}s`,
        most: "150s",
      },
    });

  async function promoted(expected: number) {
    const { exitCode, stdout, stderr } = await run(...PROMOTION);
    assert.equal(exitCode, expected, stderr);
    const [outcome] = promoteSchema.parse(JSON.parse(stdout));
    return outcome?.evidence ?? assert.fail(stderr);
  }

  const application = async () => applicationIn(world.api, (await world.project.operator()).project.config);
  const soak = async () => (await application()).soak();

  const moves = async () =>
    historySchema
      .parse(JSON.parse((await run("history", "--json")).stdout))
      .map(({ move, stage }) => `${move} ${stage}`);

  async function backTo25(): Promise<void> {
    const { exitCode, stderr } = await run("promote", "canary-25", "--yes", "--no-verify", "--no-gate");
    assert.equal(exitCode, 0, stderr);
  }

  it(`is killed at ${KILLS} points of a soak, and comes to the verdict of one that nobody disturbed`, async () => {
    assert.equal((await run("judge", "--json")).exitCode, 0);
    const before = (await moves()).length;
    let running = startCanary(world.project, PROMOTION);
    await until(async () => (await soak())?.stage === "canary-75", { timeoutMs: 120_000 });
    const began = (await soak())?.began ?? assert.fail();
    for (let kill = 1; kill <= KILLS; kill++) {
      // By Prometheus' clock, which is this machine's here.
      await until(() => Date.now() / 1000 > began + kill * SECONDS_BETWEEN_KILLS);
      // A command that goes on holds the lock for its first seconds. Killed there, it would keep the next from it for a minute.
      await until(async () => (await application()).lockHolder().then((holder) => holder === undefined));
      running.kill("SIGKILL");
      const { signal, stderr } = await running;
      assert.equal(signal, "SIGKILL", `it had not ended before kill ${kill}: ${stderr}`);
      assert.equal((await soak())?.began, began);
      if (kill < KILLS) running = startCanary(world.project, PROMOTION);
    }
    const { decision, seconds, looks } = await promoted(0);
    assert.deepEqual([decision, seconds, looks], ["fine", LEAST_SECONDS, LEAST_SECONDS / LOOK_SECONDS]);
    const since = (await moves()).reverse().slice(before);
    assert.deepEqual(
      since.filter((move) => move.startsWith("judgement")),
      ["judgement canary-75"],
    );
    await backTo25();
  });

  it("is not misled by a HAProxy that is reloaded in the middle: its counters begin anew", async () => {
    const stats = new URL(environment().edge?.statsUrl ?? "");
    stats.hostname = new URL(world.url).hostname;
    const servers = async () => (await readServers(stats.href)).map(({ pod }) => pod).sort();
    // Not the pods that there are: those of the stage before may still drain.
    const names = await servers();
    const judging = run("judge", "--json");
    await until(async () => (await soak())?.stage === "canary-25");
    const counted = async () =>
      (await readServers(stats.href)).reduce((sum, { requests }) => sum + requests, 0);
    const before = await counted();
    for (const name of names) {
      await world.api.send("DELETE", `/api/v1/namespaces/${NAMESPACE}/pods/${name}`);
      await until(async () => !(await servers()).includes(name) && (await servers()).length >= names.length);
    }
    assert.ok((await counted()) < before, "HAProxy counts anew");
    const { exitCode, stdout, stderr } = await judging;
    assert.equal(exitCode, 0, stderr);
    const looks = stdout
      .trim()
      .split("\n")
      .map((line) => evidenceSchema.parse(JSON.parse(line)));
    const last = looks.at(-1) ?? assert.fail();
    assert.equal(last.decision, "fine");
    assert.ok(looks.every(({ decision }) => decision !== "harm"));
    const all = last.canary.requests + last.previous.requests;
    assert.ok(all <= PER_SECOND * (last.seconds + 3), `${all} requests: none counted twice`);
  });

  it("takes a canary out that is slow, by the histogram of the pods' own, which Prometheus scrapes", async () => {
    await gateBy({
      requests: `sum by (pod) (http_requests_total{${POD}})`,
      failures: `sum by (pod) (http_failures_total{${POD}})`,
      latency: `sum by (pod, le) (http_request_duration_seconds_bucket{${POD}})`,
    });
    await world.setVariable("DELAY_MS", "200");
    await until(async () => {
      const found = await world.deployment(world.deployments.canary);
      return found !== undefined && rolloutOf(found).state === "complete";
    });
    const { decision, sentence, canary: served } = await promoted(6);
    assert.equal(decision, "harm");
    assert.match(
      sentence,
      /^has slow requests in \S+ % where previous has them in \S+ %: chance would show this once/,
    );
    assert.equal(served.failed, 0);
    const { live } = statusSchema.parse(JSON.parse((await run("status", "--json")).stdout));
    assert.equal(live?.stage, "canary-0");
    await world.setVariable("DELAY_MS", undefined);
    await backTo25();
  });
});
