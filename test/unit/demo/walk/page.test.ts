import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "mocha";
import type { Shell } from "../../../../demo/walk/command.ts";
import { openWalkPage } from "../../../../demo/walk/page.ts";
import { readLedger } from "../../../../local/process/ledger.ts";
import { UserError } from "../../../../src/errors.ts";

describe("the page of the walk", () => {
  let stateDir = "";
  before(() => {
    stateDir = mkdtempSync(join(tmpdir(), "walk-page-"));
  });
  after(() => rmSync(stateDir, { recursive: true }));

  const shell = (signal = new AbortController().signal): Shell => ({
    workspace: { directory: stateDir, environment: {} },
    stateDir,
    signal,
  });

  it("says what the command says where it does not begin, and leaves no process behind", async () => {
    await assert.rejects(openWalkPage(shell(), undefined), (error) => {
      assert.ok(error instanceof UserError);
      assert.equal(error.message, "the page of the walk: it ended at once");
      assert.match(error.hint, /has a Pulumi\.yaml/);
      return true;
    });
    assert.deepEqual(readLedger(stateDir), []);
  });

  it("does not begin once the walk is interrupted", async () => {
    const signal = AbortSignal.abort(new Error("stopped"));
    await assert.rejects(openWalkPage(shell(signal), undefined), /stopped/);
  });
});
