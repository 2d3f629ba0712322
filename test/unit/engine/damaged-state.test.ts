import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { damagedState } from "../../../src/engine/automation/damaged-state.ts";

describe("a state that the backend cannot read", () => {
  it("is named with its stack, and with what to do about its files", () => {
    const error = damagedState("canary-75", "failed to load checkpoint: EOF");
    assert.equal(
      error?.message,
      "the state of stack canary-75 cannot be read: failed to load checkpoint: EOF",
    );
    assert.match(error.hint, /delete canary-75\.json\.attrs if it is empty/);
    assert.match(error.hint, /canary-75\.json\.bak in the place of canary-75\.json/);
  });

  it("is no other failure", () => {
    assert.equal(damagedState("canary-75", "no stack named 'canary-75' found"), undefined);
  });
});
