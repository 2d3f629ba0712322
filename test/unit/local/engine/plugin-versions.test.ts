import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { PROVIDER_VERSION, SDK_VERSION } from "../../../../local/engine/plugin-versions.ts";

describe("the plugins' versions", () => {
  it("are those of package.json", () => {
    const { dependencies } = JSON.parse(readFileSync("package.json", "utf8"));
    assert.equal(PROVIDER_VERSION, dependencies["@pulumi/kubernetes"]);
    assert.equal(SDK_VERSION, dependencies["@pulumi/pulumi"]);
  });
});
