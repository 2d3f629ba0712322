import assert from "node:assert/strict";
import { sideBySide } from "../../../../local/process/side-by-side.ts";

describe("work side by side", () => {
  const stopped = (stop: AbortSignal) =>
    new Promise<never>((_, reject) => stop.addEventListener("abort", () => reject(new Error("stopped"))));

  it("gives what each part gives", async () => {
    const both = await sideBySide(undefined, () => [Promise.resolve(1), Promise.resolve("two")]);
    assert.deepEqual(both, [1, "two"]);
  });

  it("stops the others when one fails, waits for them, and throws what failed", async () => {
    let ended = false;
    const work = sideBySide(undefined, (stop) => [
      Promise.reject(new Error("apt-get says no")),
      stopped(stop).finally(() => {
        ended = true;
      }),
    ]);
    await assert.rejects(work, /apt-get says no/);
    assert.ok(ended);
  });

  it("stops all by the signal that it is given", async () => {
    const abort = new AbortController();
    const work = sideBySide(abort.signal, (stop) => [stopped(stop), stopped(stop)]);
    abort.abort();
    await assert.rejects(work, /stopped/);
  });
});
