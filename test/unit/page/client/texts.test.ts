import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { evidence, failures, percent, plural, small } from "../../../../src/page/client/model/numbers.ts";
import { age, clock, duration, moment, utc } from "../../../../src/page/client/model/times.ts";
import { titleOf } from "../../../../src/page/client/model/title.ts";
import { NOTHING_RELEASED, released } from "../../../support/page/release.ts";

describe("numbers on the page", () => {
  it("have their unit, and a digit where it says something", () => {
    assert.deepEqual([25, 74.84, 0].map(percent), ["25 %", "74.8 %", "0 %"]);
    assert.deepEqual([plural(1, "pod"), plural(1000, "pod")], ["1 pod", "1,000 pods"]);
  });

  it("name the part that failed where any did", () => {
    assert.equal(failures({ requests: 4000, failed: 0 }), "0 of 4,000");
    assert.equal(failures({ requests: 4000, failed: 1 }), "1 of 4,000 (0.025 %)");
    assert.equal(failures({ requests: 0, failed: 0 }), "0 of 0");
  });

  it("keep two digits of what is small, so that it is not nothing", () => {
    assert.deepEqual([0, 0.0234, 1.26].map(small), ["0", "0.023", "1.3"]);
  });

  it("give evidence as it can be read", () => {
    assert.deepEqual([1e9, 4123, 0.234, 1e-9].map(evidence), [
      "more than a million",
      "4,100",
      "0.23",
      "less than 0.01",
    ]);
  });
});

describe("times on the page", () => {
  const time = new Date("2026-11-28T04:05:06.789Z");

  it("are the clock alone today, and have the date on another day", () => {
    assert.equal(moment(time, "UTC", new Date("2026-11-28T23:00:00Z")), "04:05:06 UTC");
    assert.equal(moment(time, "UTC", new Date("2026-11-29T00:00:00Z")), "2026-11-28 04:05:06 UTC");
  });

  it("are the same moment in UTC for whoever asks", () => {
    assert.equal(utc(time), "2026-11-28 04:05:06 UTC");
    assert.equal(clock(time, "UTC"), "04:05:06");
  });

  it("last so many of two units", () => {
    assert.deepEqual([8.24, 60, 185, 7800, 90_000].map(duration), [
      "8.2 s",
      "1 min",
      "3 min 5 s",
      "2 h 10 min",
      "1 d",
    ]);
    assert.deepEqual([12, 185].map(age), ["under 1 min", "3 min"]);
  });
});

describe("the tab's title", () => {
  const { project } = NOTHING_RELEASED;
  const live = released("canary-75").status?.live ?? null;

  it("says the share and the stage first", () =>
    assert.equal(titleOf(project, live, false), "75 % canary-75, httpd"));

  it("has a mark before it for what is wrong, and for what may not be so any more", () => {
    assert.ok(live);
    assert.equal(
      titleOf(project, { ...live, unfinishedMoveTo: "canary-100" }, false),
      "! 75 % canary-75, httpd",
    );
    assert.equal(titleOf(project, live, true), "? 75 % canary-75, httpd");
  });

  it("says that nothing is released, and who it is before anything is known", () => {
    assert.equal(titleOf(project, null, false), "httpd: nothing released");
    assert.equal(titleOf(undefined, null, false), "canary");
  });
});
