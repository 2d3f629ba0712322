import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { percent } from "../../../src/model/traffic.ts";

describe("percent", () => {
  it("has one decimal at most", () => {
    assert.equal(percent(25), "25 %");
    assert.equal(percent(33.333), "33.3 %");
    assert.equal(percent(99.96), "100 %");
  });
});
