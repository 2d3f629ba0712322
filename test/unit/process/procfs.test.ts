import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { describe, it } from "mocha";
import { bootId, pidNamespace } from "../../../src/process/procfs.ts";

describe("what a process id is of", () => {
  it("is this run of the kernel", () => {
    assert.match(bootId() ?? "", /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  });

  it("is the namespace whose inode this process has", () => {
    assert.equal(pidNamespace(), String(statSync("/proc/self/ns/pid").ino));
  });
});
