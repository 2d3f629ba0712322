import assert from "node:assert/strict";
import type { Bucket } from "../../../../bench/load/record.ts";
import { type Outcome, Recorder } from "../../../../bench/load/recorder.ts";
import { summarise, within } from "../../../../bench/load/summary.ts";

/** The buckets of requests that were sent and ended at these times. */
function record(outcomes: readonly [at: number, outcome: Outcome][], until = 1000): Bucket[] {
  const buckets: Bucket[] = [];
  const recorder = new Recorder(0, (bucket) => buckets.push(bucket));
  for (const [at, outcome] of outcomes) {
    recorder.sent(at, 1);
    recorder.add(at, outcome);
  }
  recorder.advance(until);
  return buckets;
}

const answered = (version: string, latencyMs = 2): Outcome => ({ connection: "new", version, latencyMs });
const kept = (version: string): Outcome => ({ connection: "kept", version, latencyMs: 4 });
const failed = (kind: "reset" | "status", detail = ""): Outcome => ({ connection: "new", kind, detail });

describe("summarise", () => {
  it("adds up versions, failures and both sorts of connections", () => {
    const summary = summarise(
      record([
        [10, answered("a")],
        [20, answered("b")],
        [150, kept("a")],
        [160, failed("status", "503")],
        [170, failed("reset")],
      ]),
    );
    assert.equal(summary.requests, 5);
    assert.equal(summary.failed, 2);
    assert.deepEqual(summary.byVersion, { a: 2, b: 1 });
    assert.deepEqual(summary.failuresByKind, { status: 1, reset: 1 });
    assert.deepEqual(summary.failures[0], { at: 160, kind: "status", detail: "503", connection: "new" });
    assert.deepEqual([summary.new.requests, summary.new.failed, summary.kept.requests], [4, 2, 1]);
    assert.deepEqual(summary.kept.byVersion, { a: 1 });
  });

  it("finds the longest gap within a bucket and across buckets", () => {
    const gap = (...times: number[]) =>
      summarise(record([...times, 995].map((at) => [at, answered("a")]))).longestGapMs;
    assert.equal(gap(5, 300, 500, 700), 295);
    const every10 = Array.from({ length: 99 }, (_, index) => index * 10);
    assert.equal(gap(...every10.filter((at) => at <= 400 || at >= 490)), 90);
  });

  it("counts a failed request as no answer in the gap, up to the end", () => {
    const summary = summarise(
      record([
        [0, answered("a")],
        [200, failed("reset")],
        [300, answered("a")],
        [950, failed("reset")],
      ]),
    );
    assert.equal(summary.longestGapMs, 700);
  });

  it("leaves the tail out of rate and gap, in which nothing is sent any more", () => {
    const summary = summarise(record([0, 50, 100, 150].map((at) => [at, answered("a")])));
    assert.equal(summary.rate, 20);
    assert.equal(summary.longestGapMs, 50);
  });

  it("gives zeros for no buckets", () => {
    const { requests, failed, rate, longestGapMs, p99 } = summarise([]);
    assert.deepEqual(
      { requests, failed, rate, longestGapMs, p99 },
      {
        requests: 0,
        failed: 0,
        rate: 0,
        longestGapMs: 0,
        p99: undefined,
      },
    );
  });
});

describe("within", () => {
  it("takes the buckets that overlap a time", () => {
    const times = (from: number, to: number) => within(record([]), from, to).map(({ at }) => at);
    assert.deepEqual(times(200, 400), [200, 300]);
    assert.deepEqual(times(250, 301), [200, 300]);
    assert.deepEqual(times(2000, 3000), []);
  });
});
