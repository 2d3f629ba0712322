import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { Interrupted } from "../../../src/engine/stacks.ts";
import { UserError } from "../../../src/errors.ts";
import { DEFAULTS } from "../../../src/gate/parameters.ts";
import type { Evidence } from "../../../src/judging/evidence.ts";
import { soak } from "../../../src/judging/soak.ts";
import { type Counted, dataPlaneSource, type LookSource } from "../../../src/judging/source.ts";

const LOOK_SECONDS = 0.001;

/** A data plane whose counters grow at each reading; `fails` says at which readings it cannot be read. */
function growing(
  canary: readonly [requests: number, failed: number],
  previous: readonly [requests: number, failed: number],
  fails: (reading: number) => boolean = () => false,
  waiting: readonly [canary: number, previous: number] = [0, 0],
): LookSource {
  let readings = 0;
  const began = performance.now();
  return {
    name: "a data plane",
    read: async (): Promise<readonly Counted[]> => {
      readings++;
      if (fails(readings)) throw new UserError("it does not answer", "Wait.");
      const times = ([requests, failed]: readonly [number, number]) => ({
        requests: requests * readings,
        failed: failed * readings,
      });
      const reading = {
        a: { track: "canary", ...times(canary), waiting: waiting[0] * readings },
        b: { track: "previous", ...times(previous), waiting: waiting[1] * readings },
      } as const;
      return [{ seconds: (performance.now() - began) / 1000, reading }];
    },
  };
}

const options = (more: object = {}) => ({
  leastSeconds: 0,
  mostSeconds: 0.2,
  parameters: DEFAULTS,
  signal: new AbortController().signal,
  lookSeconds: LOOK_SECONDS,
  ...more,
});

describe("a soak", () => {
  it("ends at once with harm, after the first looks", async () => {
    const seen: Evidence[] = [];
    const all = growing([62, 62], [188, 0]);
    const evidence = await soak(all, options({ onLook: (one: Evidence) => seen.push(one) }));
    assert.equal(evidence.decision, "harm");
    assert.deepEqual([evidence.looks, seen.length], [3, 3]);
    assert.deepEqual(evidence.canary, { requests: 186, failed: 186 });
    assert.match(evidence.sentence, /^fails 100 % where previous fails 0 %: chance would show this once in/);
  });

  it("is fine after the least time, and not before", async () => {
    const began = performance.now();
    const evidence = await soak(growing([125, 0], [375, 0]), options({ leastSeconds: 0.1, mostSeconds: 10 }));
    assert.equal(evidence.decision, "fine");
    assert.ok(performance.now() - began >= 100);
    assert.ok(evidence.looks >= 8);
  });

  it("is not fine while more of the canary's requests wait than may fail: they have not failed yet", async () => {
    const never = () => false;
    const hanging = await soak(growing([100, 0], [375, 0], never, [25, 0]), options());
    assert.equal(hanging.decision, "go on");
    assert.match(
      hanging.sentence,
      /^does not fail more often, and [\d,]+ of its requests wait for an answer where [\d,]+ of previous' do$/,
    );
    const alike = await soak(growing([100, 0], [300, 0], never, [25, 75]), options({ mostSeconds: 10 }));
    assert.equal(alike.decision, "fine", alike.sentence);
  });

  it("says nothing where there is little traffic, when the most time is over", async () => {
    const evidence = await soak(growing([0, 0], [1, 0]), options({ mostSeconds: 0.05 }));
    assert.equal(evidence.decision, "go on");
    assert.match(evidence.sentence, /no request has reached the canary yet/);
  });

  it("takes what cannot be read for no evidence, says so, and counts it when it can be read again", async () => {
    const seen: Evidence[] = [];
    const source = growing([100, 0], [300, 0], (reading) => reading >= 3 && reading <= 4);
    await soak(source, options({ onLook: (one: Evidence) => seen.push(one) }));
    assert.deepEqual(
      seen.slice(0, 4).map(({ canary, unread }) => [canary.requests, unread]),
      [
        [100, undefined],
        [100, "it does not answer"],
        [100, "it does not answer"],
        // Three readings' worth: nothing of what was served meanwhile is lost.
        [400, undefined],
      ],
    );
  });

  it("calls nothing fine that it cannot look at now, and does once it can again", async () => {
    const away = growing([125, 0], [375, 0], (reading) => reading > 20);
    const held = await soak(away, options({ leastSeconds: 0.1, mostSeconds: 0.2 }));
    assert.deepEqual([held.decision, held.unread], ["go on", "it does not answer"]);
    assert.equal(held.sentence, "did not fail more often when it could last be looked at");
    const back = growing([125, 0], [375, 0], (reading) => reading > 20 && reading < 40);
    assert.equal((await soak(back, options({ leastSeconds: 0.01, mostSeconds: 10 }))).decision, "fine");
  });

  it("holds a canary that is twice as slow by the data plane's averages, and shows what waits at it", async () => {
    let seconds = -15;
    const source: LookSource = {
      name: "a data plane",
      read: async () => {
        seconds += 15;
        const served = { requests: 1000 + 100 * seconds, failed: 0, waiting: 3, redispatched: 7 + seconds };
        const reading = {
          c: { track: "canary", ...served, averageMs: 40 },
          p: { track: "previous", ...served, averageMs: 20 },
        } as const;
        return [{ seconds, reading }];
      },
    };
    const slow = await soak(source, options({ leastSeconds: 60, mostSeconds: 300 }));
    assert.deepEqual([slow.decision, slow.seconds], ["go on", 300]);
    assert.equal(
      slow.sentence,
      "does not fail more often, and answers in 40 ms where previous answers in 20 ms",
    );
    assert.ok((slow.responseTimes?.evidence ?? 0) > 300);
    assert.deepEqual(slow.atCanary, { waiting: 3, redispatched: 300 });
  });

  it("ends with the reason of whoever stops it", async () => {
    const stop = new AbortController();
    const running = soak(growing([0, 0], [0, 0]), options({ mostSeconds: 10, signal: stop.signal }));
    stop.abort(new Interrupted(true));
    await assert.rejects(running, Interrupted);
  });

  it("has no place to look at with a router that has no data plane of its own", () => {
    const named = { stage: {} as never, urls: ["http://127.0.0.1:1"], router: "replicas" };
    assert.throws(() => dataPlaneSource(undefined, named), {
      message: "gate.stats is set, but the router replicas has no statistics of its own",
    });
  });
});
