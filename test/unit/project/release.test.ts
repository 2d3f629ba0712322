import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "mocha";
import { parse } from "yaml";
import { Refusal } from "../../../src/errors.ts";
import type { ReleaseRecord } from "../../../src/model/record.ts";
import { releaseAfter } from "../../../src/project/release.ts";
import { withRelease } from "../../../src/project/release-text.ts";

const LIFECYCLE = ["canary-25", "canary-75", "canary-100"];
const BEFORE = { previous: "2.4.18", canary: "2.4.20" };
const COMMITTED = readFileSync(new URL("../../../Pulumi.yaml", import.meta.url), "utf8");

function recordAt(stage: string, liveVersion: string): ReleaseRecord {
  const canary = liveVersion === BEFORE.canary ? 100 : 25;
  return {
    stage,
    release: BEFORE,
    intended: { previous: 100 - canary, canary },
    effectiveCanary: canary,
    reached: [stage],
    liveVersion,
    override: "",
  };
}

const next = (record: ReleaseRecord | undefined, version: string, abandon = false) =>
  releaseAfter(BEFORE, record, version, abandon, LIFECYCLE);

describe("the next release", () => {
  it("continues the version that is live", () => {
    assert.deepEqual(next(recordAt("canary-100", "2.4.20"), "2.4.23"), {
      previous: "2.4.20",
      canary: "2.4.23",
    });
  });

  it("abandons nothing after an abort: the canary is out already", () => {
    const aborted = { ...recordAt("canary-0", "2.4.18"), aborted: { by: "", reason: "" } };
    assert.deepEqual(next(aborted, "2.4.23"), { previous: "2.4.18", canary: "2.4.23" });
  });

  it("is refused in the middle of a release, unless its canary is abandoned", () => {
    const halfway = recordAt("canary-25", "2.4.18");
    assert.throws(
      () => next(halfway, "2.4.23"),
      (error: Refusal) => {
        assert.ok(error instanceof Refusal);
        assert.match(error.message, /2\.4\.18 → 2\.4\.20 is under way, at canary-25/);
        assert.match(error.hint, /--to canary-100.*--abandon/);
        return true;
      },
    );
    assert.deepEqual(next(halfway, "2.4.23", true), { previous: "2.4.18", canary: "2.4.23" });
  });

  it("is another version than the live one", () => {
    assert.throws(
      () => next(recordAt("canary-100", "2.4.20"), "2.4.20"),
      /2\.4\.20 is the version that is live/,
    );
  });

  it("keeps the previous version where nothing was released yet", () => {
    assert.deepEqual(next(undefined, "2.4.23"), { previous: "2.4.18", canary: "2.4.23" });
  });
});

describe("a release in Pulumi.yaml", () => {
  it("changes the two versions, and no other character of the committed file", () => {
    const text = withRelease(COMMITTED, "canary-stages", { previous: "2.4.20", canary: "2.4.23" });
    const expected = COMMITTED.replace('"2.4.18"', '"2.4.20"').replace(
      'canary: "2.4.20"',
      'canary: "2.4.23"',
    );
    assert.equal(text, expected);
  });

  it("is found without a value wrapper, under the project's name, and stays in its quotes", () => {
    const text = "config:\n  web:release: { previous: '1', canary: '2' } # both\n";
    assert.equal(
      withRelease(text, "web", { previous: "2", canary: "3" }),
      "config:\n  web:release: { previous: '2', canary: '3' } # both\n",
    );
  });

  it("puts quotes where there were none: 2.10 would be the number 2.1", () => {
    const text = withRelease("config:\n  release: { value: { previous: 1.0, canary: b } }\n", "web", {
      previous: "2.9",
      canary: "2.10",
    });
    assert.deepEqual(parse(text).config.release.value, { previous: "2.9", canary: "2.10" });
  });

  const VERSIONS = `config:
  release:
    value: { previous: "1", canary: debug }

  # What versions change of app.
  versions:
    value:
      debug: { image: "1", env: { LOG_LEVEL: debug } } # for INC-42
      # the next one
      "2":
        drainSeconds: 20
  namespace: web # stays
`;

  it("takes out the entries of versions that it has no use for, and leaves all else", () => {
    assert.equal(
      withRelease(VERSIONS, "web", { previous: "debug", canary: "3" }),
      `config:
  release:
    value: { previous: "debug", canary: "3" }

  # What versions change of app.
  versions:
    value:
      debug: { image: "1", env: { LOG_LEVEL: debug } } # for INC-42
  namespace: web # stays
`,
    );
    assert.equal(
      withRelease(VERSIONS, "web", { previous: "3", canary: "4" }),
      'config:\n  release:\n    value: { previous: "3", canary: "4" }\n  namespace: web # stays\n',
    );
  });

  it("says so when the file has no release", () => {
    assert.throws(() => withRelease("name: web\n", "web", BEFORE), /no config\.release/);
  });
});
