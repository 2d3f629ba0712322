import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { askUnlessRefused } from "../../../../local/engine/refusal.ts";

const DAY_S = 24 * 60 * 60;

describe("a vendor that may refuse", () => {
  let folder = "";
  let file = "";
  let asked = 0;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "refusal-"));
    file = join(folder, "new", "refused");
    asked = 0;
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const answering = (answer: string | undefined) => async () => {
    asked++;
    return answer;
  };

  it("is asked each time as long as it gives", async () => {
    assert.equal(await askUnlessRefused(file, answering("one")), "one");
    assert.equal(await askUnlessRefused(file, answering("two")), "two");
    assert.deepEqual(readdirSync(folder), []);
  });

  it("is asked again a day after it refused, and not before", async () => {
    assert.equal(await askUnlessRefused(file, answering(undefined)), undefined);
    assert.equal(await askUnlessRefused(file, answering("one")), undefined);
    assert.equal(asked, 1);
    const dayAgo = Date.now() / 1000 - DAY_S;
    utimesSync(file, dayAgo, dayAgo + 60);
    assert.equal(await askUnlessRefused(file, answering("one")), undefined);
    utimesSync(file, dayAgo, dayAgo - 1);
    assert.equal(await askUnlessRefused(file, answering("one")), "one");
  });

  it("has not refused when the asking itself fails", async () => {
    await assert.rejects(
      askUnlessRefused(file, () => Promise.reject(new Error("interrupted"))),
      /interrupted/,
    );
    assert.equal(await askUnlessRefused(file, answering("one")), "one");
  });
});
