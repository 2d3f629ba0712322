import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { evidenceA } from "../../../src/gate/errors.ts";
import { fineEvidence } from "../../../src/gate/fine.ts";
import { boundOf, type GateState, isFineIfLost, judge, newSoak, withLook } from "../../../src/gate/gate.ts";
import { onsetWeight } from "../../../src/gate/look.ts";
import { DEFAULTS } from "../../../src/gate/parameters.ts";
import { restartEvidence, restartsTooOften } from "../../../src/gate/restarts.ts";
import { sentenceOf } from "../../../src/gate/sentence.ts";
import { look, lookOf, soakOf } from "./looks.ts";

const looks = fc.array(look(), { minLength: 1, maxLength: 20 });

describe("the gate, whatever it looks at,", () => {
  it("has finite evidence that is never negative, with a billion requests a look as well", () => {
    fc.assert(
      fc.property(fc.array(look(1_000_000_000), { maxLength: 20 }), (seen) => {
        const { eA, eB, eN } = judge(soakOf(seen), DEFAULTS);
        for (const evidence of [eA, eB, eN])
          assert.ok(evidence >= 0 && Number.isFinite(evidence), `${evidence}`);
      }),
    );
  });

  it("finds no less harm when one more request of the canary fails", () => {
    fc.assert(
      fc.property(looks, fc.nat(), (seen, at) => {
        const index = at % seen.length;
        const one = seen[index] ?? assert.fail();
        fc.pre(one.canary.failed < one.canary.requests);
        const worse = { ...one, canary: { ...one.canary, failed: one.canary.failed + 1 } };
        const [good, bad] = [soakOf(seen), soakOf(seen.with(index, worse))].map(({ errors }) =>
          evidenceA(errors),
        );
        assert.ok((bad ?? 0) >= (good ?? 0) * (1 - 1e-12), `${bad} < ${good}`);
      }),
    );
  });

  it("is no surer of a canary the more of its requests wait, and as sure as before when none does", () => {
    // Enough of both for some to be fine.
    const healthy = fc.record({ canary: fc.integer({ min: 1, max: 200 }), previous: fc.nat(600) });
    fc.assert(
      fc.property(
        fc.array(healthy, { minLength: 1, maxLength: 20 }),
        fc.nat(50),
        fc.nat(50),
        (seen, few, more) => {
          const state = soakOf(seen.map(({ canary, previous }) => lookOf([canary, 0, previous, 0])));
          const isFine = (canary: number) => isFineIfLost(state, { canary, previous: 3 }, DEFAULTS);
          assert.ok(isFine(few) || !isFine(few + more));
          const { eN } = judge(state, DEFAULTS);
          assert.equal(isFineIfLost(state, { canary: 0, previous: 0 }, DEFAULTS), eN >= DEFAULTS.niPass);
        },
      ),
    );
  });

  it("decides nothing by looks without requests", () => {
    const empty = lookOf([0, 0, 0, 0]);
    fc.assert(
      fc.property(fc.nat(300), (count) => {
        const { decision } = judge(soakOf(Array.from({ length: count }, () => empty)), DEFAULTS);
        assert.equal(decision, "go on");
      }),
    );
  });

  it("never decides by a look without requests, however near to a decision it is", () => {
    const empty = lookOf([0, 0, 0, 0]);
    // Between harm and fine, so that onset weights alone could tip it.
    const near = fc.array(look(20), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(near, fc.integer({ min: 1, max: 50 }), (seen, count) => {
        const before = judge(soakOf(seen), DEFAULTS).decision;
        const after = judge(soakOf([...seen, ...Array.from({ length: count }, () => empty)]), DEFAULTS);
        assert.equal(after.decision, before);
      }),
    );
    // Evidence A and B at once below their alarms by less than what 100 empty looks add.
    const tipped = { ...DEFAULTS, alarmA: 0.7, alarmB: 0.7 };
    let state = withLook(newSoak(120, tipped), lookOf([1, 0, 3, 0]), tipped);
    for (let index = 0; index < 100; index++) state = withLook(state, empty, tipped);
    const { eA, eB, decision } = judge(state, tipped);
    assert.ok(eA > 0.7 && eB > 0.7);
    assert.equal(decision, "go on");
  });

  it("goes on from a state that was written down as if it had never stopped", () => {
    fc.assert(
      fc.property(looks, looks, (before, after) => {
        const written = JSON.parse(JSON.stringify(soakOf(before))) as GateState;
        const resumed = after.reduce<GateState>((state, one) => withLook(state, one, DEFAULTS), written);
        assert.deepEqual(judge(resumed, DEFAULTS), judge(soakOf([...before, ...after]), DEFAULTS));
      }),
    );
  });

  it("has the same evidence A for one look and for its requests in two, where the shares are the same and no harm begins in between", () => {
    fc.assert(
      fc.property(fc.nat(500), fc.nat(500), fc.nat(1000), fc.nat(1000), (x, y, p, q) => {
        // All weight is on the first look: planned for one.
        const half = (failed: number, previous: number) => lookOf([1000, failed, 3000, previous]);
        const whole = lookOf([2000, x + y, 6000, p + q]);
        const split = evidenceA(soakOf([half(x, p), half(y, q)], 1).errors);
        const one = evidenceA(soakOf([whole], 1).errors);
        fc.pre(one < 1e100 && one > 1e-100);
        assert.ok(Math.abs(split - one) <= 1e-9 * one, `${split} ${one}`);
      }),
    );
  });

  it("calls nothing fine while there is doubt, and takes harm before fine", () => {
    fc.assert(
      fc.property(looks, (seen) => {
        const { decision, eA } = judge(soakOf(seen), DEFAULTS);
        if (decision === "fine") assert.ok(eA < 10);
        if (decision === "harm") assert.ok(eA >= DEFAULTS.alarmA);
      }),
    );
  });

  it("says the less the larger the margin, and states the least margin that it can", () => {
    fc.assert(
      fc.property(
        looks,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (seen, a, b) => {
          const state = soakOf(seen);
          const [low, high] = [Math.min(a, b), Math.max(a, b)];
          const at = (points: number) => fineEvidence(state.fine, points, DEFAULTS);
          // Only where every alternative gains by the margin: the canary's requests never count against it.
          if (state.fine.margin.every((gain) => gain >= 0)) assert.ok(at(high) >= at(low) * (1 - 1e-12));
          const bound = boundOf(state, DEFAULTS);
          if (bound < 1)
            assert.ok(at(Math.min(1, bound * (1 + 1e-6) + 1e-12)) >= DEFAULTS.niPass * (1 - 1e-6));
        },
      ),
    );
  });

  it("does not alarm on an incident of both, however many requests fail", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer({ min: 1, max: 200 }),
        (rate, count) => {
          const both = lookOf([1000, Math.round(1000 * rate), 3000, Math.round(3000 * rate)]);
          const { decision } = judge(soakOf(Array.from({ length: count }, () => both)), DEFAULTS);
          assert.notEqual(decision, "harm");
        },
      ),
    );
  });

  it("finds a canary that fails everything in three looks", () => {
    const all = lookOf([62, 62, 188, 0]);
    const decisions = [1, 2, 3].map(
      (count) => judge(soakOf(Array.from({ length: count }, () => all)), DEFAULTS).decision,
    );
    assert.deepEqual(decisions, ["go on", "go on", "harm"]);
  });

  it("goes on with a run over a look without the canary, and ends it at one that is not of it", () => {
    const bad = lookOf([62, 62, 188, 0]);
    const runs = (seen: Parameters<typeof soakOf>[0]) => judge(soakOf(seen), DEFAULTS).run;
    assert.equal(runs([bad, bad, lookOf([0, 0, 250, 1]), bad]), true);
    assert.equal(runs([bad, bad, lookOf([62, 0, 188, 0]), bad]), false);
    assert.equal(runs([bad, bad, lookOf([62, 62, 0, 0]), bad]), false);
  });
});

describe("the onset's weights", () => {
  it("add up to one over the planned looks, and are nothing afterwards", () => {
    for (const planned of [2, 12, 120]) {
      const sum = Array.from({ length: planned + 5 }, (_, index) => onsetWeight(index + 1, planned));
      assert.ok(Math.abs(sum.reduce((a, b) => a + b, 0) - 1) < 1e-12);
    }
    assert.equal(onsetWeight(1, 1), 0.5);
    assert.equal(onsetWeight(121, 120), 0);
  });
});

describe("restarts", () => {
  const { restarts: parameters } = DEFAULTS;

  it("are no alarm once, and one at twice within three hours of a pod, unless previous' pods restart as well", () => {
    const quiet = { restarts: 0, podSeconds: 3 * 3600 };
    const alarm = (restarts: number, podSeconds: number) =>
      restartsTooOften({ restarts, podSeconds }, quiet, parameters);
    assert.deepEqual([alarm(1, 1), alarm(1, 3600), alarm(2, 2 * 3600)], [false, false, true]);
    const both = { restarts: 3, podSeconds: 7200 };
    assert.equal(restartsTooOften(both, both, parameters), false);
  });

  it("are the more evidence the more there are", () => {
    fc.assert(
      fc.property(fc.nat(20), fc.nat(1_000_000), (restarts, podSeconds) => {
        const at = (count: number) => restartEvidence({ restarts: count, podSeconds }, parameters);
        assert.ok(at(restarts + 1) >= at(restarts));
      }),
    );
  });
});

describe("the sentence", () => {
  const said = (seen: Parameters<typeof soakOf>[0]) => {
    const state = soakOf(seen);
    return sentenceOf(state, judge(state, DEFAULTS), boundOf(state, DEFAULTS), DEFAULTS);
  };

  it("has both rates, and how rare chance would show harm", () => {
    const seen = Array.from({ length: 20 }, () => lookOf([250, 10, 750, 2]));
    assert.match(
      said(seen),
      /^fails 4 % where previous fails 0\.27 %: chance would show this once in more than a million soaks$/,
    );
  });

  it("has what is certain of a canary that is fine", () =>
    assert.match(
      said(Array.from({ length: 30 }, () => lookOf([125, 0, 375, 0]))),
      /^fails 0 % where previous fails 0 %: it fails at most 2 x as often plus 0\.12 %, with 95 % certainty$/,
    ));

  it("has no digits of a bound that is next to nothing", () =>
    assert.match(
      said(Array.from({ length: 30 }, () => lookOf([250, 50, 750, 150]))),
      /: it fails at most 2 x as often plus less than 0\.001 %, with 95 % certainty$/,
    ));

  it("says what little traffic allows to be said, and that nothing came", () => {
    assert.match(
      said([lookOf([100, 3, 300, 0])]),
      /not enough traffic to say more than: it fails at most 2 x as often plus 10\.9 %$/,
    );
    assert.match(said([lookOf([1, 0, 5, 0])]), /not enough traffic to say anything yet$/);
    assert.equal(said([lookOf([0, 0, 5, 0])]), "no request has reached the canary yet");
    assert.equal(said([]), "no request has reached the canary yet");
    assert.deepEqual(newSoak(1, DEFAULTS).canary, { requests: 0, failed: 0 });
  });
});
