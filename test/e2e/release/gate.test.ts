import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import { type Load, startLoad } from "../../../bench/load/load.ts";
import { type Application, applicationIn } from "../../../src/application/application.ts";
import { rolloutOf } from "../../../src/model/rollout.ts";
import { evidenceSchema, historySchema, promoteSchema, statusSchema } from "../../../src/results/schemas.ts";
import { until } from "../../support/until.ts";
import { environment } from "../support/environment.ts";
import { type FaultWorld, faultWorld } from "../support/fault-world.ts";
import { canary, type Ended, startCanary } from "../support/project.ts";
import { setVariable } from "../support/variable.ts";

const NAMESPACE = "e2e-gate";
const PER_SECOND = 300;
const QUIETLY = ["--yes", "--no-verify", "--json"];

describe("the health gate, under load", function () {
  this.timeout(300_000);
  let world: FaultWorld;
  let load: Load;
  const run = (...words: string[]): Promise<Ended> => canary(world.project, ...words);

  before(async () => {
    world = await faultWorld(NAMESPACE);
    // Each Ingress has a HAProxy of its own: the same port at its own address.
    const stats = new URL(environment().edge?.statsUrl ?? "");
    stats.hostname = new URL(world.url).hostname;
    await world.project.edit("Pulumi.yaml", {
      gate: { stats: [stats.href], every: "5s", least: "5s", most: "60s", required: true },
    });
    load = await startLoad({
      url: world.url,
      newConnectionsPerSecond: PER_SECOND,
      recordFile: `${world.project.workspace.directory}/gate.ndjson`,
      classify: { header: "x-version" },
    });
  });
  after(() => load?.stop());

  /** Gives a track's container a variable, and waits until it is rolled out with it. */
  async function inject(name: string, value: string | undefined, track: "canary" | "previous" = "canary") {
    const deployment = track === "canary" ? "app-new" : "app-previous";
    await setVariable(world.api, NAMESPACE, name, value, deployment);
    await until(async () => {
      const found = await world.deployment(world.deployments[track]);
      return found !== undefined && rolloutOf(found).state === "complete";
    });
  }

  /** Promotes to canary-75, and gives what came of it. */
  async function promoted(expected: number) {
    const { exitCode, stdout, stderr } = await run("promote", "canary-75", ...QUIETLY);
    assert.equal(exitCode, expected, stderr);
    const [outcome] = promoteSchema.parse(JSON.parse(stdout));
    return outcome ?? assert.fail(stderr);
  }

  async function liveStage(): Promise<string | undefined> {
    return statusSchema.parse(JSON.parse((await run("status", "--json")).stdout)).live?.stage;
  }

  /** What is written down of it in the cluster, without the command's time to start. */
  async function application(): Promise<Application> {
    return applicationIn(world.api, (await world.project.operator()).project.config);
  }

  /** Waits until a move is written down and its lock is given back: what is left is to judge. */
  async function untilJudged(stage: string): Promise<void> {
    const { history, lockHolder } = await application();
    const isMoved = async () => (await history())[0]?.stage === stage && (await lockHolder()) === undefined;
    await until(isMoved, { what: `${stage} is live`, timeoutMs: 120_000 });
  }

  it("refuses a bare pulumi preview of the next stage until the canary is judged, where that is required", async () => {
    await world.project.pulumi("stack", "init", "canary-75");
    const preview = () => world.project.pulumi("preview", "-s", "canary-75");
    const refused = await preview();
    assert.notEqual(refused.exitCode, 0);
    assert.match(refused.output, /nobody has judged its canary at canary-25, and gate\.required is set/);
    const { exitCode, stderr } = await run("judge", "--json");
    assert.equal(exitCode, 0, stderr);
    const allowed = await preview();
    assert.equal(allowed.exitCode, 0, allowed.output);
  });

  it("lets a healthy canary go on, and writes the verdict with its numbers down", async () => {
    const { evidence, takenOut } = await promoted(0);
    assert.equal(evidence?.decision, "fine");
    assert.equal(takenOut, null);
    assert.equal(evidence.canary.failed, 0);
    assert.ok(evidence.canary.requests > evidence.previous.requests, "the canary has three quarters");
    const [entry] = historySchema.parse(JSON.parse((await run("history", "--json")).stdout));
    assert.equal(entry?.verdict?.decision, "fine");
    assert.equal((await run("rollback", "--yes", "--no-verify")).exitCode, 0);
  });

  it("takes a canary out that answers 500 to everything, without a hand", async () => {
    await inject("FAIL_PERCENT", "100");
    const { evidence, takenOut } = await promoted(6);
    assert.equal(evidence?.decision, "harm");
    assert.ok(evidence.seconds < 30, `${evidence.seconds} s`);
    assert.equal(takenOut?.stage, "canary-0");
    assert.equal(await liveStage(), "canary-0");
    const [abort] = historySchema.parse(JSON.parse((await run("history", "--json")).stdout));
    assert.match(
      abort?.reason ?? "",
      /^fails \S+ % where previous fails 0 %: chance would show this once in/,
    );
    await inject("FAIL_PERCENT", undefined);
    const { exitCode, stderr } = await run("promote", "canary-25", ...QUIETLY);
    assert.equal(exitCode, 0, stderr);
  });

  it("does not alarm when both versions cut answers off alike", async () => {
    await inject("CUT_PERCENT", "5");
    await inject("CUT_PERCENT", "5", "previous");
    const { exitCode, stdout, stderr } = await run("judge", "--json", "--most", "20s");
    const looks = stdout.trim().split("\n");
    const { decision, canary: failing } = evidenceSchema.parse(JSON.parse(looks.at(-1) ?? ""));
    assert.notEqual(decision, "harm", stderr);
    assert.equal(exitCode, decision === "fine" ? 0 : 5);
    assert.ok(failing.failed > 0);
    assert.equal(await liveStage(), "canary-25");
    await inject("CUT_PERCENT", undefined, "previous");
    await inject("CUT_PERCENT", undefined);
  });

  it("can be taken out by somebody else while it is judged: nobody is locked out", async () => {
    const judging = run("promote", "canary-75", ...QUIETLY);
    await untilJudged("canary-75");
    const aborted = await run("abort", "--yes", "--no-verify", "--reason", "somebody else");
    assert.equal(aborted.exitCode, 0, aborted.stderr);
    const { exitCode, stderr } = await judging;
    // It may have been called fine a moment before.
    if (exitCode !== 0)
      assert.match(stderr, /canary-75 is not judged to the end: canary-0 is live meanwhile/);
    assert.equal(await liveStage(), "canary-0");
  });

  it("goes on where a killed promotion stopped: no stage is left unjudged, and nothing is done twice", async () => {
    const { history } = await application();
    const before = (await history()).length;
    const all = ["promote", "--to", "canary-75", ...QUIETLY];
    for (const stage of ["canary-25", "canary-75"]) {
      const started = startCanary(world.project, all);
      await untilJudged(stage);
      started.kill("SIGKILL");
      await started;
      assert.equal(await liveStage(), stage);
    }
    const { exitCode, stderr } = await run("promote", "--to", "canary-100", ...QUIETLY);
    assert.equal(exitCode, 0, stderr);
    assert.equal(await liveStage(), "canary-100");
    const since = [...(await history())].reverse().slice(before);
    assert.deepEqual(
      since.map(({ move, stage }) => `${move} ${stage}`),
      [
        "promotion canary-25",
        "judgement canary-25",
        "promotion canary-75",
        "judgement canary-75",
        "promotion canary-100",
      ],
    );
  });
});
