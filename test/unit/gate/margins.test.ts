import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { judge, newSoak, withLook } from "../../../src/gate/gate.ts";
import {
  DEFAULTS,
  type GateParameters,
  type GateSettings,
  parametersOf,
} from "../../../src/gate/parameters.ts";
import { lookOf } from "./looks.ts";

const decisionAfter = (
  looks: number,
  look: ReturnType<typeof lookOf>,
  parameters: GateParameters,
): string => {
  let state = newSoak(120, parameters);
  for (let index = 0; index < looks; index++) state = withLook(state, look, parameters);
  return judge(state, parameters).decision;
};

const settings = (more: Partial<GateSettings> = {}): GateSettings => ({
  ratio: DEFAULTS.ratio,
  points: DEFAULTS.points,
  falseAlarms: 0.01,
  wronglyFine: 0.05,
  ...more,
});

describe("margins and error rates of one's own", () => {
  it("are the defaults where they are the defaults", () => {
    assert.deepEqual(parametersOf(settings()), DEFAULTS);
  });

  it("make a canary fine that fails as often as it may: it would else be held for ever", () => {
    // Two and a half times as often, where three times is allowed.
    const look = lookOf([1000, 50, 1000, 20]);
    const parameters = parametersOf(settings({ ratio: 3, points: 0 }));
    assert.equal(decisionAfter(120, look, parameters), "fine");
    assert.equal(decisionAfter(120, look, { ...DEFAULTS, ratio: 3, points: 0 }), "go on");
  });

  it("make a canary fine that fails a point more, where two are allowed", () => {
    const look = lookOf([1000, 10, 1000, 0]);
    assert.equal(decisionAfter(120, look, parametersOf(settings({ ratio: 1.25, points: 0.02 }))), "fine");
  });

  it("divide other rates of false alarms as the default one", () => {
    const { alarmA, alarmB, restarts } = parametersOf(settings({ falseAlarms: 0.05 }));
    assert.deepEqual([alarmA, alarmB, restarts.alarm], [40, 20, 100]);
    assert.equal(Math.round(parametersOf(settings({ wronglyFine: 0.001 })).niPass), 1000);
  });

  it("leave fine as it is where they are narrower", () => {
    const { niRatio, niPoints } = parametersOf(settings({ ratio: 1, points: 0 }));
    assert.deepEqual([niRatio, niPoints], [DEFAULTS.niRatio, DEFAULTS.niPoints]);
  });
});
