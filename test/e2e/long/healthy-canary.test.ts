import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import { type Load, startLoad } from "../../../bench/load/load.ts";
import { promoteAndJudge } from "../../../src/operations/judged-promotion.ts";
import { environment } from "../support/environment.ts";
import { type FaultWorld, faultWorld } from "../support/fault-world.ts";
import { lookRecorder, reportGate } from "../support/gate-faults.ts";
import { unattended } from "../support/unattended.ts";

/** `SOAK_MINUTES=2 npm run test:soak` tries the test itself. */
const MINUTES = Number(process.env.SOAK_MINUTES ?? 30);
const PER_SECOND = 200;

describe(`a healthy canary, judged for ${MINUTES} minutes under load`, function () {
  this.timeout((MINUTES + 5) * 60_000);
  let world: FaultWorld;
  let load: Load;

  before(async () => {
    world = await faultWorld("e2e-healthy");
    const stats = new URL(environment().edge?.statsUrl ?? "");
    // Each Ingress has a HAProxy of its own: the same port at its own address.
    stats.hostname = new URL(world.url).hostname;
    const times = { least: `${MINUTES}m`, most: `${MINUTES}m` };
    await world.project.edit("Pulumi.yaml", { gate: { stats: [stats.href], ...times } });
    load = await startLoad({
      url: world.url,
      clusterCidrs: [...environment().networks],
      newConnectionsPerSecond: PER_SECOND,
      recordFile: `${world.project.workspace.directory}/healthy.ndjson`,
      classify: { header: "x-version" },
      maxSeconds: (MINUTES + 5) * 60,
    });
  });
  after(() => load?.stop());

  it("is left in peace all the time, and called fine at the end", async () => {
    const operator = await world.project.operator();
    const { gate } = operator.project.config;
    // The live stage once more: another one would have to be judged for as long before it is left.
    const recorder = lookRecorder();
    const decisions = new Set<string>();
    const from = Date.now();
    const { evidence } = await promoteAndJudge(operator, "canary-25", {
      ...unattended,
      gate,
      onLook: (seen) => {
        decisions.add(seen.decision);
        recorder.onLook(seen);
      },
    });
    const { failed, requests } = await load.between(from, Date.now());
    assert.equal(evidence?.decision, "fine", evidence?.sentence);
    assert.ok(!decisions.has("harm"));
    assert.ok(evidence.seconds >= MINUTES * 60);
    const fault = `none: a healthy canary for ${MINUTES} minutes`;
    const run = { evidence, seconds: evidence.seconds, failed, requests, looks: recorder.looks() };
    await reportGate({ fault, ...run, lookSeconds: gate?.every ?? 0 });
  });
});
