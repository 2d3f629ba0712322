import assert from "node:assert/strict";
import { createProgress, silentProgress } from "../../local/progress.ts";

function stream(isTTY: boolean) {
  const written: string[] = [];
  return { isTTY, columns: 80, write: (text: string) => written.push(text), text: () => written.join("") };
}

describe("progress", () => {
  it("prints plain lines with seconds where there is no terminal", async () => {
    const out = stream(false);
    const progress = createProgress(out, {});
    const result = await progress.step("Building", async (note) => {
      note("half");
      progress.say("a word");
      return 7;
    });
    assert.equal(result, 7);
    assert.match(out.text(), /^a word\nBuilding \(0\.\d s\)\n$/);
  });

  it("says that a step failed, and fails", async () => {
    const out = stream(false);
    const failing = createProgress(out, {}).step("Building", () => Promise.reject(new Error("no")));
    await assert.rejects(failing, /no/);
    assert.match(out.text(), /^Building failed \(0\.\d s\)\n$/);
  });

  it("shows title and note live on a terminal, and a mark at the end", async () => {
    const out = stream(true);
    await createProgress(out, {}).step("Building", async (note) => note("half"));
    assert.match(out.text(), /Building: half 0\.\d s/);
    assert.ok(out.text().includes("\u001b[32m✓\u001b[0m Building"));
  });

  it("has no colour with NO_COLOR", async () => {
    const out = stream(true);
    await createProgress(out, { NO_COLOR: "1" }).step("Building", async () => undefined);
    assert.match(out.text(), /✓ Building 0\.\d s\n/);
    assert.ok(!out.text().includes("\u001b[32m"));
  });

  it("can be silent", async () => {
    assert.equal(await silentProgress.step("Building", async () => 7), 7);
  });
});
