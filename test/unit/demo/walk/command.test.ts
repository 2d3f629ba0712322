import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "mocha";
import { runCanary, type Shell, typed } from "../../../../demo/walk/command.ts";
import { readLedger } from "../../../../local/process/ledger.ts";
import { UserError } from "../../../../src/errors.ts";

describe("a command of the walk", () => {
  let stateDir = "";
  before(() => {
    stateDir = mkdtempSync(join(tmpdir(), "command-"));
  });
  after(() => rmSync(stateDir, { recursive: true }));

  const shell = (signal = new AbortController().signal): Shell => ({
    workspace: { directory: tmpdir(), environment: {} },
    stateDir,
    signal,
  });

  it("is shown as one would type it into a shell", () => {
    assert.equal(
      typed(["promote", "canary-75", "--stats", "http://127.0.0.1:81/;csv"]),
      "npx canary promote canary-75 --stats 'http://127.0.0.1:81/;csv'",
    );
    assert.equal(typed(["release", "it's"]), "npx canary release 'it'\\''s'");
  });

  it("fails where the command does", async () => {
    await assert.rejects(runCanary(["no-such-command"], shell()), (error) => {
      assert.ok(error instanceof UserError);
      assert.equal(error.message, "npx canary no-such-command ended with 2");
      return true;
    });
    assert.deepEqual(readLedger(stateDir), []);
  });

  it("does not begin once the walk is interrupted", async () => {
    const signal = AbortSignal.abort(new Error("stopped"));
    await assert.rejects(runCanary(["status"], shell(signal)), /stopped/);
  });
});
