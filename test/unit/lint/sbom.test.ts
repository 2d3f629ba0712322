import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { describe, it } from "mocha";
import { PROJECT_ROOT } from "../../../local/paths.ts";

interface Component {
  readonly name: string;
  readonly version: string;
  readonly hashes?: readonly unknown[];
  readonly properties?: readonly { readonly name: string; readonly value: string }[];
}

const isForDevelopment = ({ properties = [] }: Component): boolean =>
  properties.some(({ name, value }) => name === "cdx:npm:package:development" && value === "true");

describe("the list of what the program is made of", () => {
  it("has every dependency in its pinned version, by hash, and tells those of the tests apart", async () => {
    const { dependencies, devDependencies } = JSON.parse(
      readFileSync(join(PROJECT_ROOT, "package.json"), "utf8"),
    ) as Record<"dependencies" | "devDependencies", Record<string, string>>;
    const { stdout } = await execa("npm", ["run", "--silent", "sbom"], { cwd: PROJECT_ROOT });
    const bom = JSON.parse(stdout) as { bomFormat: string; components: readonly Component[] };
    assert.equal(bom.bomFormat, "CycloneDX");
    const component = (name: string, version: string): Component =>
      bom.components.find((one) => one.name === name && one.version.replace(/^v/, "") === version) ??
      assert.fail(`${name} ${version} is not in it`);
    const ofTests = Object.entries(devDependencies).map(([name, version]) => component(name, version));
    assert.ok(ofTests.some(isForDevelopment));
    for (const own of Object.entries(dependencies).map(([name, version]) => component(name, version))) {
      assert.ok((own.hashes ?? []).length > 0, own.name);
      assert.ok(!isForDevelopment(own), own.name);
    }
  });
});
