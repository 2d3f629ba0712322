import assert from "node:assert/strict";
import { beforeEach, describe, it } from "mocha";
import * as page from "../../../../src/page/client/state.ts";
import { released } from "../../../support/page/release.ts";
import { STATES } from "../../../support/page/states.ts";

describe("what the page knows", () => {
  beforeEach(() => page.receive({ event: "state", state: STATES.controlled }));

  it("is live from the first word on", () => {
    assert.equal(page.link.value.kind, "live");
    assert.equal(page.live.value?.stage, "canary-75");
    assert.deepEqual([page.isStale.value, page.isConnected.value], [false, true]);
  });

  it("stays when the command is away, as something that was", () => {
    page.lose();
    assert.equal(page.live.value?.stage, "canary-75");
    assert.deepEqual([page.isStale.value, page.isConnected.value], [true, false]);
    assert.match(page.announced.value, /does not answer any more/);
  });

  it("is away since the first time that nobody answered", () => {
    page.lose();
    const before = page.link.value;
    page.lose();
    assert.equal(page.link.value, before);
  });

  it("is live again with the next word, and says so", () => {
    page.lose();
    page.receive({ event: "state", state: released("canary-100") });
    assert.equal(page.isStale.value, false);
    assert.match(page.announced.value, /^Connected again\. canary-100 is live/);
  });

  it("is stale when the cluster is away, though the command answers", () => {
    page.receive({ event: "changed", changed: { cluster: STATES["cluster away"].cluster } });
    assert.deepEqual(
      [page.link.value.kind, page.isStale.value, page.isConnected.value],
      ["live", true, false],
    );
  });

  it("has one more point with each, and those of a new state alone", () => {
    const [point] = STATES.controlled.points;
    assert.ok(point);
    const before = page.points.length;
    page.receive({ event: "point", point });
    assert.equal(page.points.length, before + 1);
    page.receive({ event: "changed", changed: { history: [] } });
    assert.equal(page.points.length, before + 1);
    page.receive({ event: "state", state: STATES["nothing released"] });
    assert.equal(page.points.length, 0);
  });

  it("has ages of the time at which the status was told, whatever was told since", () => {
    const told = page.statusAt.value;
    page.receive({ event: "changed", changed: {} });
    assert.equal(page.statusAt.value, told);
    page.receive({ event: "changed", changed: { status: structuredClone(STATES.controlled.status) } });
    assert.notEqual(page.statusAt.value, told);
  });

  it("draws the chart anew for points alone", () => {
    const before = page.pointsSeen.value;
    page.receive({ event: "changed", changed: { history: [] } });
    assert.equal(page.pointsSeen.value, before);
  });

  it("has an action that goes on until there is a result", () => {
    const { action } = STATES["in a move"];
    page.receive({ event: "changed", changed: { action } });
    assert.equal(page.running.value, action);
    const result = { exitCode: 0, message: "It is done.", hint: "" };
    page.receive({ event: "changed", changed: { action: action && { ...action, result } } });
    assert.equal(page.running.value, null);
  });
});
