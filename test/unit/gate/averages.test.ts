import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { type Averages, averagesEvidence, noAverages, withAverages } from "../../../src/gate/averages.ts";
import type { Reading } from "../../../src/gate/counters.ts";
import { DEFAULTS } from "../../../src/gate/parameters.ts";

const PLANNED = 40;
const { latency } = DEFAULTS;

/** The average that HAProxy shows after `n` requests that took so long each: in whole milliseconds, as it does. */
const averageAfter = (before: number, ms: number, n: number): number =>
  Math.round(ms + (before - ms) * (511 / 512) ** n);

interface Pace {
  readonly canary: { readonly perSecond: number; readonly ms: number };
  readonly previous: { readonly perSecond: number; readonly ms: number };
}

/** Readings each five seconds, of servers that have had a thousand requests of 20 ms before. */
function readings(seconds: number, pace: (at: number) => Pace): { seconds: number; reading: Reading }[] {
  const now = { canary: { requests: 1000, averageMs: 20 }, previous: { requests: 1000, averageMs: 20 } };
  const all = [];
  for (let at = 0; at <= seconds; at += 5) {
    const reading = {
      c: { track: "canary", failed: 0, ...now.canary },
      p: { track: "previous", failed: 0, ...now.previous },
    } as const;
    all.push({ seconds: at, reading });
    for (const track of ["canary", "previous"] as const) {
      const { perSecond, ms } = pace(at)[track];
      now[track].averageMs = averageAfter(now[track].averageMs, ms, 5 * perSecond);
      now[track].requests += 5 * perSecond;
    }
  }
  return all;
}

const stateAfter = (all: readonly { seconds: number; reading: Reading }[]): Averages =>
  all.reduce<Averages>((state, one) => withAverages(state, one, PLANNED, latency), noAverages(latency));

const steady =
  (canary: number, previous: number, perSecond = 100) =>
  (): Pace => ({
    canary: { perSecond, ms: canary },
    previous: { perSecond, ms: previous },
  });

describe("the data plane's averages", () => {
  it("tell the response times of the last block, and speak against a canary that is twice as slow", () => {
    const state = stateAfter(readings(90, steady(40, 20)));
    assert.ok(Math.abs((state.last?.canary ?? 0) - 40) < 2, `${state.last?.canary}`);
    assert.ok(Math.abs((state.last?.previous ?? 0) - 20) < 2, `${state.last?.previous}`);
    assert.equal(state.evidence.blocks, 6);
    assert.ok(averagesEvidence(state) > latency.alarm);
  });

  it("say nothing against one that is as fast, nor where both became slow", () => {
    assert.ok(averagesEvidence(stateAfter(readings(600, steady(20, 20)))) < 1);
    assert.ok(averagesEvidence(stateAfter(readings(600, steady(300, 300)))) < 1);
  });

  it("wait for requests enough: half of what an average spans, for a block of any length", () => {
    assert.equal(stateAfter(readings(40, steady(40, 20, 5))).evidence.blocks, 0);
    assert.equal(stateAfter(readings(55, steady(40, 20, 5))).evidence.blocks, 1);
  });

  it("leave out a server that has had fewer requests than its average spans, and a source without averages", () => {
    const few = readings(60, steady(40, 20)).map(({ seconds, reading }) => ({
      seconds,
      reading: Object.fromEntries(
        Object.entries(reading).map(([name, server]) => [
          name,
          // The canary began a moment ago, and gets little.
          server.track === "canary" ? { ...server, requests: Math.round(seconds * 8) } : server,
        ]),
      ),
    }));
    assert.equal(stateAfter(few).evidence.blocks, 0);
    const without = readings(60, steady(40, 20)).map(({ seconds, reading }) => ({
      seconds,
      reading: Object.fromEntries(
        Object.entries(reading).map(([name, { averageMs: _, ...server }]) => [name, server]),
      ),
    }));
    assert.equal(stateAfter(without).from, undefined);
  });

  it("begin a block anew where counters began anew", () => {
    const all = readings(20, steady(40, 20));
    const reloaded = readings(20, steady(40, 20)).map(({ seconds, reading }) => ({
      seconds: seconds + 10,
      reading: Object.fromEntries(
        Object.entries(reading).map(([name, server]) => [
          name,
          { ...server, requests: server.requests - 400 },
        ]),
      ),
    }));
    // Reloaded after ten seconds: the counters are lower than at the beginning.
    const state = stateAfter([...all.slice(0, 3), ...reloaded]);
    assert.equal(state.evidence.blocks, 1);
    assert.ok(Math.abs((state.last?.canary ?? 0) - 40) < 2);
  });
});
