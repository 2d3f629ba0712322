import assert from "node:assert/strict";
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { after, before, describe, it } from "mocha";
import { type Load, startLoad } from "../../../bench/load/load.ts";
import { createProgress } from "../../../local/process/progress.ts";
import { startPrometheus, stopPrometheus } from "../../../local/prometheus/prometheus.ts";
import { applicationIn } from "../../../src/application/application.ts";
import { rolloutOf } from "../../../src/model/rollout.ts";
import { evidenceSchema, promoteSchema, statusSchema } from "../../../src/results/schemas.ts";
import { listenOnLoopback } from "../../support/loopback.ts";
import { until } from "../../support/until.ts";
import { environment } from "../support/environment.ts";
import { type FaultWorld, faultWorld } from "../support/fault-world.ts";
import { canary, type Ended, startCanary } from "../support/project.ts";

const NAMESPACE = "e2e-prometheus";
const PER_SECOND = 300;
const LOOK_SECONDS = 5;
const LEAST_SECONDS = 15;
const PROMOTION = ["promote", "canary-75", "--yes", "--no-verify", "--json"];

describe("the health gate over Prometheus, under load", function () {
  this.timeout(300_000);
  let world: FaultWorld;
  let load: Load;
  const run = (...words: string[]): Promise<Ended> => canary(world.project, ...words);

  before(async () => {
    world = await faultWorld(NAMESPACE);
    const url = await startPrometheus(environment().stateDir, createProgress());
    await world.project.edit("Pulumi.yaml", {
      gate: {
        prometheus: { url, labels: { namespace: NAMESPACE } },
        every: `${LOOK_SECONDS}s`,
        least: `${LEAST_SECONDS}s`,
        most: "90s",
      },
    });
    load = await startLoad({
      url: world.url,
      newConnectionsPerSecond: PER_SECOND,
      recordFile: `${world.project.workspace.directory}/prometheus.ndjson`,
      classify: { header: "x-version" },
    });
  });
  after(() => Promise.all([load?.stop(), stopPrometheus(environment().stateDir)]));

  /** Promotes to canary-75, and gives what came of it. */
  async function promoted(expected: number) {
    const { exitCode, stdout, stderr } = await run(...PROMOTION);
    assert.equal(exitCode, expected, stderr);
    const [outcome] = promoteSchema.parse(JSON.parse(stdout));
    return outcome?.evidence ?? assert.fail(stderr);
  }

  async function liveStage(): Promise<string | undefined> {
    return statusSchema.parse(JSON.parse((await run("status", "--json")).stdout)).live?.stage;
  }

  async function soak() {
    const { config } = (await world.project.operator()).project;
    return applicationIn(world.api, config).soak();
  }

  async function backTo25(): Promise<void> {
    const { exitCode, stderr } = await run("promote", "canary-25", "--yes", "--no-verify", "--no-gate");
    assert.equal(exitCode, 0, stderr);
  }

  it("lets a healthy canary go on", async () => {
    const { decision, seconds, canary: served, previous } = await promoted(0);
    assert.equal(decision, "fine");
    assert.ok(seconds >= LEAST_SECONDS, `${seconds} s`);
    assert.equal(served.failed, 0);
    assert.ok(served.requests > previous.requests, "the canary has three quarters");
    // What HAProxy served meanwhile, and no other namespace's.
    const all = served.requests + previous.requests;
    assert.ok(all > (PER_SECOND * seconds) / 2 && all < PER_SECOND * (seconds + 3), `${all} in ${seconds} s`);
    assert.equal(await soak(), undefined, "it is over");
    await backTo25();
  });

  it("tells webhooks of what it finds, and says which could not be told", async () => {
    const bodies: string[] = [];
    const hook = await listenOnLoopback(
      createServer(async (request, response) => {
        bodies.push(await text(request));
        response.writeHead(204).end();
      }),
    );
    const nobody = await listenOnLoopback(createServer());
    await nobody.close();
    await world.project.edit("Pulumi.yaml", {
      notify: [{ webhook: hook.url }, { webhook: { environment: "NOBODY" }, format: "slack" }],
    });
    const { exitCode, stderr } = await startCanary(world.project, ["judge", "--json", "--most", "5s"], {
      NOBODY: `${nobody.url}/services/secret`,
    });
    assert.ok(exitCode === 0 || exitCode === 5, stderr);
    assert.deepEqual(
      bodies.map((body) => JSON.parse(body)).map(({ type, subject }) => `${type} ${subject}`),
      ["canary-stages.verdict canary-25"],
    );
    assert.match(stderr, /^notify\[1\] was not told of the verdict of canary-25: connect ECONNREFUSED/m);
    assert.doesNotMatch(stderr, /services\/secret/);
    await world.project.edit("Pulumi.yaml", { notify: [] });
    await hook.close();
  });

  it("goes on where a killed command was: the soak's beginning stands, and what it saw counts", async () => {
    const killed = startCanary(world.project, PROMOTION);
    await until(async () => (await soak())?.stage === "canary-75", { timeoutMs: 120_000 });
    const before = await soak();
    // A third of the least time, by Prometheus' clock, which is this machine's here.
    await until(() => Date.now() / 1000 > (before?.began ?? 0) + LEAST_SECONDS / 3, { timeoutMs: 60_000 });
    killed.kill("SIGKILL");
    await killed;
    assert.deepEqual(await soak(), before);
    const { decision, seconds, looks, canary: served, previous } = await promoted(0);
    assert.equal(decision, "fine");
    // The command may have taken longer to come up than the soak had left: its end is that of one undisturbed run.
    assert.deepEqual([seconds, looks], [LEAST_SECONDS, LEAST_SECONDS / LOOK_SECONDS]);
    const all = served.requests + previous.requests;
    assert.ok(all > (PER_SECOND * seconds) / 2, `${all} requests, those before the kill among them`);
    await backTo25();
  });

  it("takes a canary out that fails, without a hand", async () => {
    await world.setVariable("FAIL_PERCENT", "20");
    await until(async () => {
      const found = await world.deployment(world.deployments.canary);
      return found !== undefined && rolloutOf(found).state === "complete";
    });
    const { decision, sentence } = await promoted(6);
    assert.equal(decision, "harm");
    assert.match(sentence, /^fails \S+ % where previous fails 0 %: chance would show this once in/);
    assert.equal(await liveStage(), "canary-0");
    await world.setVariable("FAIL_PERCENT", undefined);
    await backTo25();
  });

  it("holds, and takes nothing out, where Prometheus is away", async () => {
    await stopPrometheus(environment().stateDir);
    const { exitCode, stdout, stderr } = await run("judge", "--json", "--most", "4s");
    assert.equal(exitCode, 5, stderr);
    const { decision, unread } = evidenceSchema.parse(JSON.parse(stdout.trim().split("\n").at(-1) ?? ""));
    assert.equal(decision, "go on");
    assert.match(unread ?? "", /^Prometheus at http:\S+ cannot be asked: connect ECONNREFUSED/);
    assert.equal(await liveStage(), "canary-25");
  });
});
