import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { attemptEach, settled } from "../../../../bench/peers/attempts.ts";

describe("runs of the bench of peers, one after another", () => {
  it("goes on with the others where one fails, and fails in the end", async () => {
    const done: number[] = [];
    const said: string[] = [];
    const half = async (item: number): Promise<void> => {
      if (item === 2) throw new Error("two is broken");
      done.push(item);
    };
    const { signal } = new AbortController();
    await assert.rejects(
      attemptEach([1, 2, 3], half, { signal, say: (text) => said.push(text) }),
      AggregateError,
    );
    assert.deepEqual(done, [1, 3]);
    assert.match(said.join(), /two is broken/);
  });

  it("begins nothing more once it is interrupted", async () => {
    const interruption = new AbortController();
    const begun: number[] = [];
    const interrupted = async (item: number): Promise<void> => {
      begun.push(item);
      interruption.abort(new Error("Ctrl-C"));
    };
    const attempt = attemptEach([1, 2], interrupted, { signal: interruption.signal, say: () => undefined });
    await assert.rejects(attempt, /Ctrl-C/);
    assert.deepEqual(begun, [1]);
  });

  it("keeps what others measured at the same time as one that failed", async () => {
    const kept: string[] = [];
    const runs = [Promise.reject(new Error("no pod")), Promise.resolve("measured")];
    await assert.rejects(
      settled(runs, async (run) => {
        kept.push(run);
      }),
      /no pod/,
    );
    assert.deepEqual(kept, ["measured"]);
  });
});
