import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { fromData, type ReleaseRecord, recordAfter, toData } from "../../../src/model/record.ts";

const RECORD: ReleaseRecord = {
  stage: "canary-75",
  release: { previous: "2.4.18", canary: "2.4.20" },
  intended: { previous: 25, canary: 75 },
  effectiveCanary: 75,
  reached: ["canary-25", "canary-75"],
  liveVersion: "2.4.18",
  override: "",
};

const word = fc.stringMatching(/^[A-Za-z0-9_.-]{1,20}$/);
const anyRecord: fc.Arbitrary<ReleaseRecord> = fc
  .record({
    stage: word,
    release: fc.record({ previous: word, canary: word }, { noNullPrototype: true }),
    canary: fc.integer({ min: 0, max: 100 }),
    effectiveHundredths: fc.integer({ min: 0, max: 10_000 }),
    reached: fc.array(word, { minLength: 1, maxLength: 5 }),
    liveVersion: word,
    override: fc.string(),
  })
  .map(({ canary, effectiveHundredths, ...rest }) => ({
    ...rest,
    intended: { previous: 100 - canary, canary },
    effectiveCanary: effectiveHundredths / 100,
  }));

describe("the release record", () => {
  it("comes out of a ConfigMap as it went in", () => {
    fc.assert(fc.property(anyRecord, (record) => assert.deepEqual(fromData(toData(record)), record)));
  });

  it("is texts alone, as a ConfigMap wants it", () => {
    assert.deepEqual(toData({ ...RECORD, effectiveCanary: 74.6268656 }), {
      stage: "canary-75",
      previous: "2.4.18",
      canary: "2.4.20",
      trafficPrevious: "25",
      trafficCanary: "75",
      effectiveCanary: "74.63",
      reached: "canary-25 canary-75",
      liveVersion: "2.4.18",
      override: "",
    });
  });

  const { stage: _, ...withoutStage } = toData(RECORD);
  const garbage: readonly [string, unknown][] = [
    ["nothing", undefined],
    ["no object", "canary-75"],
    ["an empty one", {}],
    ["one without its stage", withoutStage],
    ["one with an empty stage", { ...toData(RECORD), stage: "" }],
    ["a share that is no number", { ...toData(RECORD), trafficCanary: "most of it" }],
    ["no live version", { ...toData(RECORD), liveVersion: "" }],
    ["a text where the data is", []],
  ];
  for (const [what, data] of garbage) {
    it(`is not read out of ${what}`, () => assert.equal(fromData(data), undefined));
  }
});

describe("recordAfter", () => {
  const move = {
    stage: "canary-100",
    release: { previous: "2.4.18", canary: "2.4.20" },
    intended: { previous: 0, canary: 100 },
    effectiveCanary: 100,
    override: "",
  };

  it("makes the canary the live version once it has all the traffic", () => {
    assert.equal(recordAfter(move, RECORD).liveVersion, "2.4.20");
  });

  it("adds the stage to those that this release has been at, once", () => {
    const at100 = recordAfter(move, RECORD);
    assert.deepEqual(at100.reached, ["canary-25", "canary-75", "canary-100"]);
    assert.deepEqual(recordAfter(move, at100).reached, at100.reached);
  });

  it("begins the list anew for another release", () => {
    const other = { ...move, release: { previous: "2.4.20", canary: "2.4.23" } };
    assert.deepEqual(recordAfter(other, RECORD).reached, ["canary-100"]);
  });

  it("keeps the reason of an override, and drops it with the next move", () => {
    const forced = recordAfter({ ...move, override: "incident 4711" }, RECORD);
    assert.equal(forced.override, "incident 4711");
    assert.equal(recordAfter(move, forced).override, "");
  });
});
