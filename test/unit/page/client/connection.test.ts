import assert from "node:assert/strict";
import { mock } from "node:test";
import { afterEach, beforeEach, describe, it } from "mocha";
import { follow, type Listener } from "../../../../src/page/client/connection.ts";

interface Opened extends Listener {
  closed: boolean;
}

describe("the page's connection", () => {
  let sources: Opened[];
  let events: unknown[];
  let away: number[];
  let again: () => void;
  const latest = () => {
    const source = sources.at(-1);
    assert.ok(source);
    return source;
  };

  beforeEach(() => {
    mock.timers.enable({ apis: ["setTimeout"] });
    [sources, events, away] = [[], [], []];
    again = follow({
      open: (listener) => {
        const opened = { ...listener, closed: false };
        sources.push(opened);
        return {
          close: () => {
            opened.closed = true;
          },
        };
      },
      onEvent: (event) => events.push(event),
      onAway: (retryMs) => away.push(retryMs),
    });
  });
  afterEach(() => mock.timers.reset());

  it("hands on what it hears", () => {
    latest().onText('{"event":"changed","changed":{}}');
    assert.deepEqual(events, [{ event: "changed", changed: {} }]);
  });

  it("opens another after 1, 2, 4 and then every 8 seconds, for as long as it takes", () => {
    for (const seconds of [1, 2, 4, 8, 8]) {
      const failed = latest();
      const before = sources.length;
      failed.onError();
      assert.equal(failed.closed, true);
      mock.timers.tick(seconds * 1000 - 1);
      assert.equal(sources.length, before);
      mock.timers.tick(1);
      assert.equal(sources.length, before + 1);
    }
    assert.deepEqual(away, [1000, 2000, 4000, 8000, 8000]);
  });

  it("waits a second again once it was connected in between", () => {
    latest().onError();
    mock.timers.tick(1000);
    latest().onText("{}");
    latest().onError();
    assert.deepEqual(away, [1000, 1000]);
  });

  it("takes 45 seconds of silence for a dead connection, and any word for a living one", () => {
    mock.timers.tick(44_999);
    latest().onText("{}");
    mock.timers.tick(44_999);
    assert.equal(sources.length, 1);
    mock.timers.tick(1);
    assert.equal(sources.length, 2);
    assert.equal(sources[0]?.closed, true);
    assert.deepEqual(away, []);
  });

  it("asks at once when it is told to, and waits for nothing else then", () => {
    latest().onError();
    again();
    assert.equal(sources.length, 2);
    mock.timers.tick(1000);
    assert.equal(sources.length, 2);
  });
});
