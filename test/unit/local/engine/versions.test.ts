import assert from "node:assert/strict";
import { isAtLeast, isSuitableEngine, parseEngineVersion } from "../../../../local/engine/versions.ts";

describe("versions of tools", () => {
  it("are compared part by part, as numbers", () => {
    for (const [version, minimum] of [
      ["1.26.8", "1.26.0"],
      ["go1.26.8", "1.26"],
      ["1.100.0", "1.26.6"],
      ["2", "1.99"],
      ["1.26", "1.26.0"],
    ] as const) {
      assert.ok(isAtLeast(version, minimum), `${version} >= ${minimum}`);
    }
    for (const [version, minimum] of [
      ["1.25.9", "1.26.0"],
      ["1.26", "1.26.1"],
      ["1.9.0", "1.26.0"],
    ] as const) {
      assert.ok(!isAtLeast(version, minimum), `${version} < ${minimum}`);
    }
  });

  it("suit from the wanted version on, within its major version", () => {
    const suits = (version: string) => isSuitableEngine(version, "3.246.0");
    assert.deepEqual(["3.246.0", "3.259.1"].map(suits), [true, true]);
    assert.deepEqual(["3.245.9", "2.300.0", "4.0.0"].map(suits), [false, false, false]);
  });

  it("are read from what the CLI prints", () => {
    assert.equal(parseEngineVersion("v3.246.0\n"), "3.246.0");
    assert.equal(parseEngineVersion("3.259.0-dev.1+abc"), "3.259.0");
    assert.equal(parseEngineVersion("warning: new version\nv3.250.0"), "3.250.0");
    assert.equal(parseEngineVersion("pulumi is something else"), undefined);
    assert.equal(parseEngineVersion(""), undefined);
  });
});
