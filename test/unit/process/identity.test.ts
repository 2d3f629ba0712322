import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { ownIdentity, processOnThisMachine } from "../../../src/process/identity.ts";

describe("ownIdentity", () => {
  it("is a person at a machine, and this process of theirs", () => {
    const { who, holder: name } = ownIdentity();
    assert.match(who, /^[^@]+@.+$/);
    assert.ok(name.startsWith(`${who}:${process.pid}.`), name);
  });

  it("is another one each time: process numbers are the same in containers of one host name", () => {
    assert.notEqual(ownIdentity().holder, ownIdentity().holder);
  });

  it("is found again by its number on this machine, and on no other", () => {
    const { who, holder } = ownIdentity();
    assert.equal(processOnThisMachine(holder), process.pid);
    for (const other of [`${who}.elsewhere:4711`, "alice@:4711", who, `${who}:`])
      assert.equal(processOnThisMachine(other), undefined, other);
  });
});
