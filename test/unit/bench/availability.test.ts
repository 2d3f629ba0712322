import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { replaceBetween, tablesOf } from "../../../bench/availability/document.ts";
import { figuresOf, timelineOf } from "../../../bench/availability/figures.ts";
import { pictureOf } from "../../../bench/availability/picture.ts";
import { type Report, reportSchema } from "../../../bench/availability/report.ts";
import { cycleSteps, firstStep, replicasAt } from "../../../bench/availability/ways.ts";
import { classOf } from "../../../bench/load/histogram.ts";
import { BUCKET_MS, type Bucket, type Failure } from "../../../bench/load/record.ts";

const START = 1_000_000;

/** A tenth of a second with one answer of a version, or one failure. */
function bucket(index: number, answer: { version: string; ms: number } | Failure["kind"]): Bucket {
  const at = START + index * BUCKET_MS;
  const empty = { versions: {}, latencies: [] };
  const base = { at, sent: 1, new: empty, kept: empty, gapMs: 0, lateMs: 0 };
  if (typeof answer === "string") {
    return { ...base, failures: [{ at, kind: answer, detail: "", connection: "new" }], answered: null };
  }
  const tally = { versions: { [answer.version]: 1 }, latencies: [[classOf(answer.ms), 1]] } as Bucket["new"];
  return { ...base, new: tally, failures: [], answered: [at, at] };
}

const fast = { version: "1", ms: 5 };
const slow = { version: "2", ms: 500 };

describe("the figures of a run", () => {
  const buckets = [fast, slow, "reset", slow, fast, fast].map((answer, index) =>
    bucket(index, answer as never),
  );
  const move = { from: START + BUCKET_MS, to: START + 4 * BUCKET_MS };
  const { total, during, outside, moves } = figuresOf(buckets, [move]);

  it("count each request once: during a move or outside", () => {
    assert.equal(total.requests, 6);
    assert.deepEqual([during.requests, outside.requests], [3, 3]);
    assert.deepEqual([during.failed, outside.failed], [1, 0]);
    assert.deepEqual(moves[0], during);
    assert.deepEqual(during.failuresByKind, { reset: 1 });
  });

  it("keep the latencies of moves apart from those at rest", () => {
    assert.ok((outside.p99 ?? Infinity) < 6, `${outside.p99}`);
    assert.ok((during.p50 ?? 0) > 490, `${during.p50}`);
  });

  it("look for gaps within a piece, not over the time between two", () => {
    assert.ok(outside.longestGapMs <= 2 * BUCKET_MS, `${outside.longestGapMs}`);
    assert.ok(during.longestGapMs >= 2 * BUCKET_MS, `${during.longestGapMs}`);
  });

  it("come in half seconds for the picture", () => {
    const timeline = timelineOf(buckets);
    assert.deepEqual(
      timeline.map(({ at, byVersion, failures }) => [at, byVersion, failures]),
      [
        [0, { "1": 2, "2": 2 }, { reset: 1 }],
        [500, { "1": 1 }, {}],
      ],
    );
  });
});

describe("the cycle", () => {
  it("begins where the one before ended", () => {
    assert.deepEqual(cycleSteps(0)[0]?.release, firstStep.release);
    for (let cycle = 0; cycle < 5; cycle++) {
      const last = cycleSteps(cycle).at(-1);
      assert.equal(last?.stage, "canary-25");
      assert.deepEqual(cycleSteps(cycle + 1)[0]?.release, last?.release);
    }
  });

  it("continues the live version with each release", () => {
    const [promoted, next] = [cycleSteps(2)[1], cycleSteps(2)[2]];
    assert.equal(next?.release.previous, promoted?.release.canary);
    assert.notEqual(next?.release.canary, next?.release.previous);
  });

  it("gives all of the previous track's pods to the canary at the end", () => {
    assert.deepEqual(replicasAt("canary-75", { previous: 4, canary: 2 }), { previous: 4, canary: 2 });
    assert.deepEqual(replicasAt("canary-100", { previous: 4, canary: 2 }), { previous: 0, canary: 4 });
  });
});

describe("the document", () => {
  const figures = {
    requests: 10,
    failed: 1,
    failuresByKind: { reset: 1 },
    longestGapMs: 120,
    p50: 1.5,
    p99: 12,
    p999: null,
  };
  const report: Report = reportSchema.parse({
    environment: {
      engine: "pulumi 1",
      provider: "provider 1",
      kubernetes: "v1",
      haproxy: "2",
      cores: 2,
      loadAverage: 1,
      date: "2026-01-01",
    },
    load: {
      newConnectionsPerSecond: 400,
      keptConnections: 64,
      search: [
        { rate: 400, p99: 20, failed: 0, held: true },
        { rate: 500, p99: 80, failed: 0, held: false },
      ],
    },
    runs: [
      {
        way: "program",
        replicas: { previous: 1, canary: 1 },
        cycles: 1,
        total: figures,
        during: figures,
        outside: figures,
        clientLateMs: 3,
        moves: [
          {
            ...figures,
            cycle: 1,
            stage: "canary-75",
            move: "promotion",
            at: 4000,
            seconds: 8.25,
            share: {
              before: 25,
              after: 75,
              bound: { lowest: 25, highest: 75 },
              applied: { lowest: 25, highest: 80 },
              kept: false,
            },
            readyPods: { before: 2, after: 2, fewest: 2, kept: true },
          },
        ],
        timeline: [
          { at: 0, byVersion: { "1": 5, "2": 4 }, failures: {}, p99: 2 },
          { at: 500, byVersion: {}, failures: { reset: 1 }, p99: null },
        ],
      },
    ],
  });

  it("says what was held, what failed and which promise was broken", () => {
    const text = tablesOf(report);
    assert.match(text, /400\/s: p99 20 ms; 500\/s: p99 80 ms, not held/);
    assert.match(text, /\| during moves \| 10 \| 1 \| 1 reset \| 120 ms \| 1\.5 ms \| 12 ms \| none \|/);
    assert.match(text, /25 % to 75 % \| 25 % to 80 % \(NOT KEPT\) \| 2, 2 \| 2 \|/);
  });

  it("replaces what stands between its markers and nothing else", () => {
    const before = "a\n<!-- x:start -->\nold\n<!-- x:end -->\nb\n";
    const after = replaceBetween(before, "x", "new");
    assert.equal(after, "a\n<!-- x:start -->\nnew\n<!-- x:end -->\nb\n");
    assert.equal(replaceBetween(after, "x", "new"), after);
    assert.throws(() => replaceBetween("a", "x", "new"), /no markers/);
  });

  it("draws an area for each version and a bar for each half second with failures", () => {
    const picture = pictureOf(report.runs);
    assert.equal(picture.match(/<polygon /g)?.length, 2);
    assert.equal(picture.match(/<rect [^>]*fill="#c1121f"/g)?.length, 2, "one bar, one in the legend");
    assert.doesNotMatch(picture, /NaN|Infinity|undefined/);
  });

  it("draws the first two of many cycles, and says so", () => {
    const [run] = report.runs;
    const [move] = run?.moves ?? [];
    assert.ok(run && move);
    const moves = [1, 2, 3].map((cycle) => ({ ...move, cycle, at: cycle * 4000 }));
    const timeline = [4000, 8000, 11_500, 12_000].map((at) => ({
      at,
      byVersion: {},
      failures: { reset: 1 },
      p99: null,
    }));
    const picture = pictureOf([{ ...run, cycles: 3, moves, timeline }]);
    assert.match(picture, /1 failed \(in 3 cycles, of which the first 2 are shown\)/);
    assert.equal(picture.match(/<rect [^>]*fill="#c1121f"/g)?.length, 4, "three bars, one in the legend");
    assert.match(picture, />12 s</);
  });
});
