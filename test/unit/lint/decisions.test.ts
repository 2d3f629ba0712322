import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "mocha";
import { PROJECT_ROOT } from "../../../local/paths.ts";

const FOLDER = join(PROJECT_ROOT, "docs", "adr");

describe("the index of decisions", () => {
  const index = readFileSync(join(FOLDER, "README.md"), "utf8");
  const files = readdirSync(FOLDER).filter((name) => /^\d{4}-.*\.md$/.test(name));

  it("is of more than a few", () => assert.ok(files.length > 40, `${files.length} files`));

  for (const file of files) {
    it(`has ${file}, by its number`, () => {
      const row = index.split("\n").find((line) => line.includes(`](${file})`));
      assert.match(row ?? "no row", new RegExp(`^\\| ${Number(file.slice(0, 4))} \\| .* \\| .+ \\|$`));
    });
  }

  it("gives no number to two", () => {
    const numbers = [...index.matchAll(/^\| (\d+) \|/gm)].map(([, number]) => number);
    assert.equal(new Set(numbers).size, numbers.length);
  });
});
