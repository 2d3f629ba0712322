import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { claim, keep, readClaim, release } from "../../../../local/environment/claim.ts";
import { startTimeOf } from "../../../../local/process/procfs.ts";

describe("the claim on a state folder", () => {
  const starter = { pid: process.pid, startTime: startTimeOf(process.pid) ?? "" };
  let stateDir = "";
  beforeEach(() => {
    stateDir = mkdtempSync(join(tmpdir(), "claim-"));
  });
  afterEach(() => rmSync(stateDir, { recursive: true }));

  it("is the first one's who comes; the next is told whose it is", () => {
    assert.equal(readClaim(stateDir), undefined);
    assert.equal(claim(stateDir), undefined);
    assert.deepEqual(claim(stateDir), { starter, kept: false });
    assert.deepEqual(readdirSync(stateDir), ["claim.json"]);
  });

  it("says when the environment is to be kept", () => {
    claim(stateDir);
    keep(stateDir);
    assert.deepEqual(claim(stateDir), { starter, kept: true });
  });

  it("can be given back", () => {
    claim(stateDir);
    release(stateDir);
    assert.equal(claim(stateDir), undefined);
  });

  it("that cannot be read is no claim of nobody", () => {
    writeFileSync(join(stateDir, "claim.json"), "{}");
    assert.throws(() => claim(stateDir), /claim\.json does not say whose the environment is/);
  });
});
