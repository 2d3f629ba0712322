import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { contradictions } from "../../../src/model/contradictions.ts";
import type { Deployment } from "../../../src/model/deployment.ts";
import type { ReleaseRecord } from "../../../src/model/record.ts";

const PROJECT = { lifecycle: ["canary-25", "canary-75", "canary-100"], abort: "canary-0" };
const RECORD: ReleaseRecord = {
  stage: "canary-75",
  release: { previous: "1.0.0", canary: "1.1.0" },
  intended: { previous: 25, canary: 75 },
  effectiveCanary: 75,
  reached: ["canary-25", "canary-75"],
  liveVersion: "1.0.0",
  override: "",
};

const running = (name: string, version: string, replicas = 1): Deployment => ({
  metadata: { name },
  spec: { replicas, template: { spec: { containers: [{ image: `shop:${version}` }] } } },
});
const LIVE = { previous: running("shop-previous", "1.0.0"), canary: running("shop-new", "1.1.0") };

describe("contradictions of a release record", () => {
  const none: readonly [string, ReleaseRecord, typeof LIVE][] = [
    ["of one that is as the cluster", RECORD, LIVE],
    ["where the Deployments have changed places", RECORD, { previous: LIVE.canary, canary: LIVE.previous }],
    [
      "at the end of a release, without pods of the previous version",
      {
        ...RECORD,
        stage: "canary-100",
        intended: { previous: 0, canary: 100 },
        reached: ["canary-100"],
        liveVersion: "1.1.0",
      },
      { ...LIVE, previous: running("shop-previous", "1.0.0", 0) },
    ],
    [
      "after an abort, which has reached nothing",
      {
        ...RECORD,
        stage: "canary-0",
        intended: { previous: 100, canary: 0 },
        reached: [],
        aborted: { by: "", reason: "" },
      },
      { ...LIVE, canary: running("shop-new", "1.1.0", 0) },
    ],
  ];
  for (const [what, record, live] of none) {
    it(`are none ${what}`, () => assert.deepEqual(contradictions(record, live, PROJECT), []));
  }

  const some: readonly [
    Partial<ReleaseRecord>,
    Partial<Record<"previous" | "canary", Deployment>>,
    string,
  ][] = [
    [
      { stage: "foundation", reached: ["foundation"] },
      LIVE,
      "names stage foundation, which is not in lifecycle: canary-25, canary-75, canary-100, canary-0",
    ],
    [
      { intended: { previous: 75, canary: 75 } },
      LIVE,
      "gives 75 % and 75 % of the traffic, which is not 100 %",
    ],
    [{ reached: ["canary-25"] }, LIVE, "is of canary-75, which it does not list as reached"],
    [{ liveVersion: "9" }, LIVE, "has 9 as the live version, but by its shares that is 1.0.0"],
    [
      { release: { previous: "1.0.0", canary: "1.2.0" }, intended: { previous: 100, canary: 0 } },
      LIVE,
      "is of 1.0.0 and 1.2.0, but Deployment shop-new runs 1.1.0",
    ],
    [{}, { previous: LIVE.previous }, "gives 1.1.0 75 % of the traffic, but no Deployment runs it"],
    [
      {},
      { ...LIVE, previous: running("shop-previous", "1.0.0", 0) },
      "gives 1.0.0 25 % of the traffic, but no Deployment runs it",
    ],
  ];
  for (const [changed, { previous, canary }, expected] of some) {
    it(`are told: ${expected}`, () =>
      assert.deepEqual(contradictions({ ...RECORD, ...changed }, { previous, canary }, PROJECT), [expected]));
  }
});
