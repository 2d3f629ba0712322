import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { appendPoint, withEvent } from "../../../../src/page/client/model/events.ts";
import { ago, NOTHING_RELEASED, pointsUpTo, released } from "../../../support/page/release.ts";

describe("what the page knows after an event", () => {
  it("is the whole state that a connection begins with", () => {
    const state = released("canary-25");
    assert.equal(withEvent(undefined, { event: "state", state }), state);
  });

  it("has the parts that changed, whole, and keeps the others themselves", () => {
    const before = released("canary-25");
    const after = withEvent(before, { event: "changed", changed: { history: [] } });
    assert.deepEqual(after?.history, []);
    assert.equal(after?.status, before.status);
  });

  it("is nothing when a change comes before there is a state to change", () => {
    assert.equal(withEvent(undefined, { event: "changed", changed: { history: [] } }), undefined);
  });

  it("keeps the state for a point, which comes apart", () => {
    const [point] = pointsUpTo(25, 1);
    assert.ok(point);
    assert.equal(withEvent(NOTHING_RELEASED, { event: "point", point }), NOTHING_RELEASED);
  });
});

describe("the points of the chart", () => {
  it("forget the oldest beyond the limit, and nothing before", () => {
    const [first, second, third] = pointsUpTo(25, 3);
    assert.ok(first && second && third);
    const points = [first];
    appendPoint(points, second, 2);
    assert.deepEqual(points, [first, second]);
    appendPoint(points, { ...third, time: ago(0) }, 2);
    assert.deepEqual(points, [second, { ...third, time: ago(0) }]);
  });
});
