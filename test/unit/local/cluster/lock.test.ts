import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { withLock } from "../../../../local/cluster/lock.ts";
import { UserError } from "../../../../src/errors.ts";

const busy = ({ pid }: { pid: number }) => new UserError(`held by ${pid}`, "wait");
const nothing = async () => undefined;

describe("lock of a state folder", () => {
  let folder = "";
  let file = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "lock-"));
    file = join(folder, "deep", "lock");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("is held while the work runs, and leaves no file", async () => {
    const result = await withLock(file, busy, async () => {
      assert.ok(existsSync(file));
      return 7;
    });
    assert.equal(result, 7);
    assert.deepEqual(readdirSync(join(folder, "deep")), []);
  });

  it("is given back when the work fails", async () => {
    await assert.rejects(
      withLock(file, busy, () => Promise.reject(new Error("no"))),
      /no/,
    );
    assert.ok(!existsSync(file));
  });

  it("refuses a second holder with a word on the first", async () => {
    await withLock(file, busy, async () => {
      await assert.rejects(withLock(file, busy, nothing), {
        name: "UserError",
        message: `held by ${process.pid}`,
      });
      assert.ok(existsSync(file), "a refusal does not take the lock away");
    });
  });

  it("is taken over from a holder that has ended", async () => {
    await withLock(file, busy, nothing);
    writeFileSync(file, JSON.stringify({ pid: process.pid, startTime: "1" }));
    assert.equal(await withLock(file, busy, async () => "taken"), "taken");
    assert.deepEqual(readdirSync(join(folder, "deep")), []);
  });
});
