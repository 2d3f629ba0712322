import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "mocha";
import { boundOf, judge, newSoak, withLook } from "../../../src/gate/gate.ts";
import {
  blockMean,
  isSlower,
  latencyEvidence,
  noLatencyEvidence,
  withBlock,
} from "../../../src/gate/latency.ts";
import { canaryPart, factorsOf } from "../../../src/gate/look.ts";
import { DEFAULTS } from "../../../src/gate/parameters.ts";
import { restartEvidence } from "../../../src/gate/restarts.ts";
import { lookOf } from "./looks.ts";

interface Vectors {
  readonly factors: Readonly<Record<"q" | "r" | "a" | "b" | "logIncrement" | "meanFactor", number>>;
  readonly gates: readonly {
    readonly name: string;
    readonly planned: number;
    readonly looks: readonly (readonly [number, number, number, number])[];
    readonly firstHarm: number | null;
    readonly firstFine: number | null;
    readonly bound: number;
    readonly all: readonly {
      readonly look: number;
      readonly eA: number;
      readonly eB: number;
      readonly eN: number;
      readonly run: boolean;
      readonly decision: string;
    }[];
  }[];
  readonly latency: {
    readonly planned: number;
    readonly slower: readonly number[];
    readonly evidence: readonly number[];
  };
  readonly restarts: readonly {
    readonly restarts: number;
    readonly podSeconds: number;
    readonly evidence: number;
  }[];
  readonly blockMeans: readonly {
    readonly before: number;
    readonly after: number;
    readonly n: number;
    readonly mean: number;
  }[];
}

const vectors = JSON.parse(readFileSync(new URL("vectors.json", import.meta.url), "utf8")) as Vectors;

/** Worked cases hold to one in a billion. */
function near(found: number, expected: number, what: string): void {
  const tolerance = 1e-9 * Math.max(Math.abs(expected), 1e-9);
  assert.ok(Math.abs(found - expected) <= tolerance, `${what}: ${found}, not ${expected}`);
}

describe("the gate's worked cases", () => {
  for (const { name, planned, looks, all, ...ends } of vectors.gates) {
    it(`${name}: evidence and decision after each look`, () => {
      let state = newSoak(planned, DEFAULTS);
      const decisions: string[] = [];
      for (const [index, look] of looks.entries()) {
        state = withLook(state, lookOf(look), DEFAULTS);
        const { decision, eA, eB, eN, run } = judge(state, DEFAULTS);
        const expected = all[index] ?? assert.fail(`look ${index + 1}`);
        near(eA, expected.eA, `eA after look ${index + 1}`);
        near(eB, expected.eB, `eB after look ${index + 1}`);
        near(eN, expected.eN, `eN after look ${index + 1}`);
        assert.deepEqual([run, decision], [expected.run, expected.decision], `look ${index + 1}`);
        decisions.push(decision);
      }
      const first = (decision: string) => (decisions.indexOf(decision) + 1 || null) as number | null;
      assert.deepEqual([first("harm"), first("fine")], [ends.firstHarm, ends.firstFine]);
      near(boundOf(state, DEFAULTS), ends.bound, "bound");
    });
  }

  it("the factors of one look", () => {
    const { q, r, a, b, logIncrement, meanFactor } = vectors.factors;
    const found = factorsOf(q, DEFAULTS.ratio, r);
    near(found.a, a, "a");
    near(found.b, b, "b");
    // 3 of 100 requests of the canary fail, none of 300 of previous.
    const allowed = (DEFAULTS.points * 300) / DEFAULTS.ratio;
    near(3 * Math.log(a) - DEFAULTS.points * 100 * (a - 1), logIncrement, "logarithm of A's factor");
    near((3 * a + allowed * b) / (3 + allowed), meanFactor, "B's factor");
  });

  it("latency by HAProxy's averages", () => {
    const { planned, slower, evidence } = vectors.latency;
    let state = noLatencyEvidence(DEFAULTS.latency);
    for (const [index, one] of slower.entries()) {
      state = withBlock(state, one === 1, planned, DEFAULTS.latency);
      near(latencyEvidence(state), evidence[index] ?? Number.NaN, `block ${index + 1}`);
    }
    for (const { before, after, n, mean } of vectors.blockMeans)
      near(blockMean(before, after, n), mean, `mean of ${n}`);
    assert.deepEqual(
      [isSlower(20.1, 10, DEFAULTS.latency), isSlower(20, 10, DEFAULTS.latency)],
      [true, false],
    );
  });

  it("restarts", () => {
    for (const { restarts, podSeconds, evidence } of vectors.restarts)
      near(
        restartEvidence({ restarts, podSeconds }, DEFAULTS.restarts),
        evidence,
        `${restarts} in ${podSeconds} s`,
      );
  });

  it("a look without requests has no part of the canary", () =>
    assert.equal(canaryPart(lookOf([0, 0, 0, 0])), 0));
});
