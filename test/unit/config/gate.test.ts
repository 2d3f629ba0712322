import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { gateSchema, timesAt } from "../../../src/config/gate.ts";
import { UserError } from "../../../src/errors.ts";
import { projectConfig } from "../../../src/routers/config.ts";

const STATS = ["http://10.0.0.7:56789/;csv"];
const SIZE = { cpu: "1", memory: "1Gi" };
const HISTOGRAM = { url: "http://127.0.0.1:9090", latency: 'x_bucket{pod=~"{{deployment}}-.*"}' };

/** What is wrong, by its path. */
const problems = (gate: object): string[] =>
  (gateSchema.safeParse({ stats: STATS, ...gate }).error?.issues ?? []).map(
    ({ path, message }) => `${path.join(".")} ${message}`,
  );

describe("gate", () => {
  it("has defaults for everything but where the requests are counted", () => {
    const { every, least, most, falseAlarms, certainty, stages } = gateSchema.parse({ stats: STATS });
    assert.deepEqual([every, least, most, falseAlarms, certainty, stages], [5, 60, 600, 1, 95, {}]);
  });

  it("has other times at some stages", () => {
    const gate = gateSchema.parse({ stats: STATS, stages: { "canary-25": { most: "30m" } } });
    assert.deepEqual(timesAt(gate, "canary-25"), { least: 60, most: 1800 });
    assert.deepEqual(timesAt(gate, "canary-75"), { least: 60, most: 600 });
  });

  it("is not looked at in less than five seconds, which evidence B is made for", () => {
    assert.deepEqual(problems({ every: "1s" }), ["every must be at least 5s"]);
  });

  it("refuses error rates that are none, and times that cannot be", () => {
    assert.deepEqual(problems({ falseAlarms: 0 }), ["falseAlarms must be at least 0.01"]);
    assert.deepEqual(problems({ falseAlarms: 50 }), ["falseAlarms must be at most 10"]);
    assert.deepEqual(problems({ certainty: 100 }), ["certainty must be at most 99.99"]);
    assert.deepEqual(problems({ stages: { "canary-25": { least: "20m" } } }), [
      "stages.canary-25 has a most that is less than its least",
    ]);
  });

  it("refuses to judge for less time than slow requests need: the canary would be held for ever", () => {
    const gate = { stats: undefined, prometheus: HISTOGRAM };
    assert.deepEqual(problems({ ...gate, most: "90s" }), [
      "most must be at least 120s with gate.prometheus.latency, which is known no earlier",
    ]);
    const short = { stages: { "canary-25": { most: "90s" } } };
    assert.deepEqual(problems({ ...gate, ...short }), [
      "stages.canary-25.most must be at least 120s with gate.prometheus.latency, which is known no earlier",
    ]);
    assert.deepEqual(problems({ most: "90s" }), []);
    assert.deepEqual(problems({ ...gate, every: "45s", most: "179s" }).length, 1);
    assert.deepEqual(problems({ ...gate, every: "45s", most: "180s" }), []);
  });

  it("refuses times of a stage that is none", () => {
    const raw = {
      app: {
        name: "app",
        image: "app",
        port: 80,
        probePath: "/",
        resources: { limits: SIZE, requests: SIZE },
      },
      namespace: "app",
      router: "replicas",
      release: { previous: "1", canary: "2" },
      lifecycle: ["canary-25", "canary-100"],
      gate: { stats: STATS, stages: { "canary-50": { most: "30m" } } },
    };
    assert.throws(
      () => projectConfig(raw),
      (error: unknown) => {
        assert.ok(error instanceof UserError);
        assert.equal(error.message, "gate.stages.canary-50 is no stage: lifecycle is canary-25, canary-100");
        return true;
      },
    );
  });
});
