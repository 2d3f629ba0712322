import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import { type Load, startLoad } from "../../../bench/load/load.ts";
import type { GateConfig } from "../../../src/config/gate.ts";
import { DEFAULTS } from "../../../src/gate/parameters.ts";
import type { Evidence } from "../../../src/judging/evidence.ts";
import { soak } from "../../../src/judging/soak.ts";
import { dataPlaneSource } from "../../../src/judging/source.ts";
import { rolloutOf } from "../../../src/model/rollout.ts";
import { judgeLiveStage } from "../../../src/operations/judge.ts";
import { promoteAndJudge } from "../../../src/operations/judged-promotion.ts";
import { liveStage } from "../../../src/operations/live-stage.ts";
import { until } from "../../support/until.ts";
import { environment } from "../support/environment.ts";
import { type FaultWorld, faultWorld } from "../support/fault-world.ts";
import { lookRecorder, reportGate } from "../support/gate-faults.ts";
import { unattended } from "../support/unattended.ts";
import { setVariable } from "../support/variable.ts";

const NAMESPACE = "e2e-fault-gate";
const PER_SECOND = 200;
const TRACKS = ["canary", "previous"] as const;
type Track = (typeof TRACKS)[number];

/** In a record time goes five times as fast: a look each second, and the other tools' checks after twelve of them. */
const RECORDED_LOOK_SECONDS = 1;
/** A pod that leaves with requests it never answers is stopped after this time: its drain, and what it has to end in. */
const STOPPED_MS = 30_000;
/** Five checks of the other tools: as many as the slower one of them needs. */
const RECORDED_SECONDS = 60;

describe("the health gate in front of injected faults, under load", function () {
  this.timeout(300_000);
  let world: FaultWorld;
  let load: Load;
  let stats: string;

  before(async () => {
    world = await faultWorld(NAMESPACE);
    const url = new URL(environment().edge?.statsUrl ?? "");
    // Each Ingress has a HAProxy of its own: the same port at its own address.
    url.hostname = new URL(world.url).hostname;
    stats = url.href;
    await world.project.edit("Pulumi.yaml", {
      gate: { stats: [stats], least: "5s", most: "150s" },
    });
    load = await startLoad({
      url: world.url,
      clusterCidrs: [...environment().networks],
      newConnectionsPerSecond: PER_SECOND,
      recordFile: `${world.project.workspace.directory}/gate.ndjson`,
      classify: { header: "x-version" },
      maxSeconds: 30 * 60,
    });
  });
  after(() => load?.stop());

  const injected = (name: string, value: string | undefined, track: Track) =>
    setVariable(world.api, NAMESPACE, name, value, track === "canary" ? "app-new" : "app-previous");

  async function rolledOut(track: Track): Promise<void> {
    await until(
      async () => {
        const found = await world.deployment(world.deployments[track]);
        return found !== undefined && rolloutOf(found).state === "complete";
      },
      { timeoutMs: 120_000 },
    );
  }

  async function inject(name: string, value: string | undefined, ...tracks: readonly Track[]): Promise<void> {
    for (const track of tracks) {
      await injected(name, value, track);
      await rolledOut(track);
    }
  }

  async function gateWith(more: Partial<GateConfig> = {}): Promise<GateConfig> {
    const { gate } = (await world.project.operator()).project.config;
    return { ...(gate ?? assert.fail("gate is not configured")), ...more };
  }

  async function liveName(): Promise<string> {
    return (await liveStage(await world.project.operator())).stage.stage;
  }

  /** Looks at the very statistics that the gate looks at, for so long, whatever they say. */
  async function record() {
    const { stage } = await liveStage(await world.project.operator());
    const served = { namespace: NAMESPACE, plan: stage.plan };
    const { dataPlane } = stage.router.live;
    const source = dataPlaneSource(dataPlane, { stage: served, urls: [stats], router: "voyager" });
    const recorder = lookRecorder();
    await soak(source, {
      leastSeconds: RECORDED_SECONDS,
      mostSeconds: RECORDED_SECONDS,
      lookSeconds: RECORDED_LOOK_SECONDS,
      parameters: { ...DEFAULTS, alarmA: Number.POSITIVE_INFINITY },
      signal: unattended.signal,
      onLook: recorder.onLook,
    });
    return recorder.looks();
  }

  /** A promotion as somebody types it, with a fault of the canary: it is judged before its stage is left. */
  async function promoted() {
    const recorder = lookRecorder();
    const from = Date.now();
    const { evidence, takenOut } = await promoteAndJudge(await world.project.operator(), "canary-75", {
      ...unattended,
      gate: await gateWith(),
      onLook: recorder.onLook,
    });
    const to = Date.now();
    const { failed, requests } = await load.between(from, to);
    return { evidence, takenOut, looks: recorder.looks(), seconds: (to - from) / 1000, failed, requests };
  }

  /**
   * The canary is out, and nobody is failed any more; then everything is as it was.
   * @param lingerMs for so long requests that had reached it before may still fail
   */
  async function endAsItWas(evidence: Evidence | undefined, name: string, lingerMs = 0): Promise<void> {
    assert.equal(evidence?.decision, "harm", evidence?.sentence);
    assert.equal(await liveName(), "canary-0");
    const out = Date.now() + lingerMs;
    await until(() => Date.now() > out + 2_000, { timeoutMs: lingerMs + 10_000 });
    assert.equal((await load.between(out, out + 2_000)).failed, 0, "the canary is out");
    await inject(name, undefined, "canary");
    await world.moveTo("canary-25");
  }

  for (const [fault, name, value] of [
    ["answers 500 to a fifth of the requests", "FAIL_PERCENT", "20"],
    ["answers 500 to every request", "FAIL_PERCENT", "100"],
    ["cuts a fifth of its answers off", "CUT_PERCENT", "20"],
  ] as const) {
    it(`takes a canary out that ${fault}, and the other tools' rules are slower on the same counters`, async () => {
      await inject(name, value, "canary");
      const recorded = await record();
      const { evidence, takenOut, seconds, failed, requests } = await promoted();
      assert.equal(takenOut?.stage, "canary-0");
      const run = { evidence, seconds, failed, requests, looks: recorded };
      await reportGate({ fault: `the canary ${fault}`, ...run, lookSeconds: RECORDED_LOOK_SECONDS });
      await endAsItWas(evidence, name);
    });
  }

  for (const [fault, name, value] of [
    ["is never done with a fifth of the requests", "HANG_PERCENT", "20"],
    ["crashes 15 s after each start", "FAIL_AFTER_SECONDS", "15"],
    ["shuts its port 10 s after each start", "CLOSE_AFTER_SECONDS", "10"],
  ] as const) {
    it(`takes a canary out that ${fault}`, async () => {
      // What crashes is not rolled out for long: the soak begins at once.
      await injected(name, value, "canary");
      if (name === "HANG_PERCENT") await rolledOut("canary");
      const { evidence, takenOut, ...run } = await promoted();
      assert.equal(takenOut?.stage, "canary-0", evidence?.sentence);
      await reportGate({ fault: `the canary ${fault}`, evidence, ...run, lookSeconds: 5 });
      await endAsItWas(evidence, name, name === "HANG_PERCENT" ? STOPPED_MS : 0);
    });
  }

  it("holds a canary that is twice as slow, by HAProxy's averages, and takes nothing out", async () => {
    await inject("DELAY_MS", "20", "previous");
    await inject("DELAY_MS", "40", "canary");
    const recorder = lookRecorder();
    const gate = await gateWith({ least: 60, most: 75 });
    const operator = await world.project.operator();
    const from = Date.now();
    const { evidence } = await judgeLiveStage(operator, { ...unattended, gate, onLook: recorder.onLook });
    const { failed, requests } = await load.between(from, Date.now());
    assert.equal(evidence.decision, "go on", evidence.sentence);
    assert.match(
      evidence.sentence,
      /^does not fail more often, and answers in 4\d ms where previous answers in 2\d ms$/,
    );
    assert.equal(await liveName(), "canary-25");
    const fault = "the canary is twice as slow: 40 ms where previous takes 20 ms";
    const run = { evidence, seconds: evidence.seconds, failed, requests, looks: recorder.looks() };
    await reportGate({ fault, ...run, lookSeconds: gate.every });
    await inject("DELAY_MS", undefined, ...TRACKS);
  });

  for (const [fault, name, value] of [
    ["answer 500 to a fifth of the requests", "FAIL_PERCENT", "20"],
    ["answer 500 to every request", "FAIL_PERCENT", "100"],
    ["cut a fifth of their answers off", "CUT_PERCENT", "20"],
  ] as const) {
    it(`takes nothing out where both versions ${fault}`, async () => {
      await inject(name, value, ...TRACKS);
      const recorder = lookRecorder();
      const times = { least: RECORDED_SECONDS, most: RECORDED_SECONDS };
      const gate = await gateWith({ ...times, every: RECORDED_LOOK_SECONDS });
      const operator = await world.project.operator();
      const from = Date.now();
      const { evidence } = await judgeLiveStage(operator, { ...unattended, gate, onLook: recorder.onLook });
      const { failed, requests } = await load.between(from, Date.now());
      assert.notEqual(evidence.decision, "harm", evidence.sentence);
      assert.ok(evidence.canary.failed > 0 && evidence.previous.failed > 0);
      assert.equal(await liveName(), "canary-25");
      const run = { evidence, seconds: evidence.seconds, failed, requests, looks: recorder.looks() };
      await reportGate({ fault: `both versions ${fault}`, ...run, lookSeconds: gate.every });
      await inject(name, undefined, ...TRACKS);
    });
  }
});
