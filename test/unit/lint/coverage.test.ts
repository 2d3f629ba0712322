import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "mocha";
import ts from "typescript";
import { PROJECT_ROOT } from "../../../local/paths.ts";

const read = (file: string): string => readFileSync(join(PROJECT_ROOT, file), "utf8");

/** The one reason for which a file is left out of the coverage: it has types alone, and there is nothing to run. */
describe("what the coverage leaves out", () => {
  const { exclude } = JSON.parse(read(".c8rc.json")) as { exclude: readonly string[] };
  for (const file of exclude) {
    it(`${file} has types alone`, () => {
      const { outputText } = ts.transpileModule(read(file), {
        compilerOptions: {
          module: ts.ModuleKind.ESNext,
          target: ts.ScriptTarget.ES2023,
          verbatimModuleSyntax: true,
          removeComments: true,
        },
      });
      assert.equal(outputText.trim(), "export {};");
    });
  }
});
