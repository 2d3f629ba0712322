import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { boundVersions } from "../../../src/model/bound-versions.ts";
import { fromData, type ReleaseRecord, recordAfter, toData } from "../../../src/model/record.ts";
import type { RecordedVersion } from "../../../src/model/version.ts";

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
const texts = fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), fc.string(), { noNullPrototype: true });
const anyVersion: fc.Arbitrary<RecordedVersion> = fc.record(
  { image: word, app: texts, secrets: texts, content: word, secret: word },
  { requiredKeys: ["image", "app", "secrets"], noNullPrototype: true },
);
const anyRecord: fc.Arbitrary<ReleaseRecord> = fc
  .record({
    stage: word,
    release: fc.record({ previous: word, canary: word }, { noNullPrototype: true }),
    canary: fc.integer({ min: 0, max: 100 }),
    effectiveHundredths: fc.integer({ min: 0, max: 10_000 }),
    reached: fc.array(word, { minLength: 1, maxLength: 5 }),
    liveVersion: word,
    override: fc.string(),
    aborted: fc.option(fc.record({ by: fc.string(), reason: fc.string() }, { noNullPrototype: true })),
    versions: fc.option(fc.record({ previous: anyVersion, canary: anyVersion }, { noNullPrototype: true })),
    writtenBy: fc.option(fc.string()),
  })
  .map(({ canary, effectiveHundredths, aborted, versions, writtenBy, ...rest }) => ({
    ...rest,
    ...(writtenBy !== null && { writtenBy }),
    ...(versions && { versions }),
    ...(aborted && { aborted }),
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

  it("says who wrote it, and keeps that where a stage is applied again", () => {
    const { reached: _, liveVersion: _live, ...move } = { ...RECORD, writtenBy: "alice@laptop" };
    const first = recordAfter(move, { ...RECORD, stage: "canary-25", reached: ["canary-25"] });
    assert.equal(toData(first).writtenBy, "alice@laptop");
    const bobs = { ...move, writtenBy: "bob@desk" };
    assert.deepEqual(recordAfter(bobs, first), first);
    const { previous, canary } = first.intended;
    const changed = recordAfter({ ...bobs, intended: { previous: previous - 1, canary: canary + 1 } }, first);
    assert.equal(changed.writtenBy, "bob@desk");
  });

  it("names who took the canary out, and why", () => {
    const { abortedBy, abortReason } = toData({
      ...RECORD,
      aborted: { by: "alice@laptop", reason: "errors" },
    });
    assert.deepEqual([abortedBy, abortReason], ["alice@laptop", "errors"]);
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

describe("versions that are bound to what they were made from", () => {
  const version = (image: string): RecordedVersion => ({ image, app: {}, secrets: {} });
  const [old, next] = [version("2.4.18"), version("2.4.20")];
  const at = (stage: string, canary: number, more: Partial<ReleaseRecord> = {}): ReleaseRecord => ({
    ...RECORD,
    stage,
    intended: { previous: 100 - canary, canary },
    versions: { previous: old, canary: next },
    ...more,
  });
  const bound = (record: ReleaseRecord, stage: string, release = RECORD.release) =>
    Object.keys(boundVersions({ stage, release }, record)).sort();

  it("are both within a release, also one without traffic: it is the way back", () => {
    assert.deepEqual(bound(at("canary-75", 75), "canary-100"), ["2.4.18", "2.4.20"]);
    assert.deepEqual(bound(at("canary-100", 100), "canary-75"), ["2.4.18", "2.4.20"]);
  });

  it("are not the canary's while it takes no traffic: aborted, or looked at in its stage", () => {
    const aborted = { aborted: { by: "", reason: "" } };
    assert.deepEqual(bound(at("canary-0", 0, aborted), "canary-25"), ["2.4.18"]);
    assert.deepEqual(bound(at("canary-preview", 0), "canary-preview"), ["2.4.18"]);
    assert.deepEqual(bound(at("canary-preview", 0), "canary-25"), ["2.4.18", "2.4.20"]);
  });

  it("are those with traffic for another release", () => {
    const another = { previous: "2.4.20", canary: "2.4.18" };
    assert.deepEqual(bound(at("canary-100", 100), "canary-25", another), ["2.4.20"]);
    assert.deepEqual(bound(at("canary-25", 25), "canary-25", another), ["2.4.18", "2.4.20"]);
  });

  it("are none by a record that does not tell", () => {
    assert.deepEqual(boundVersions({ stage: "canary-75", release: RECORD.release }, RECORD), {});
  });

  it("begin their release anew where the canary is made from something else", () => {
    const move = {
      stage: "canary-preview",
      release: RECORD.release,
      intended: { previous: 100, canary: 0 },
      effectiveCanary: 0,
      override: "",
    };
    const live = at("canary-preview", 0, { reached: ["canary-preview", "canary-25"] });
    const same = recordAfter({ ...move, versions: { previous: old, canary: next } }, live);
    assert.deepEqual(same.reached, live.reached);
    const other = { previous: old, canary: version("2.4.21") };
    assert.deepEqual(recordAfter({ ...move, versions: other }, live).reached, ["canary-preview"]);
  });
});
