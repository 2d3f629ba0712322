import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "mocha";
import ts from "typescript";

const ROOT = join(import.meta.dirname, "..", "..", "..");
const read = (file: string): string => readFileSync(join(ROOT, file), "utf8");

/** The command line is run as a process of its own by the end-to-end tests, against real stacks. */
const RUN_END_TO_END = "src/cli/**";

/** The reason for which any other file is left out of the coverage: it has types alone, and there is nothing to run. */
describe("what the coverage leaves out", () => {
  const { exclude } = JSON.parse(read(".c8rc.json")) as { exclude: readonly string[] };
  for (const file of exclude.filter((pattern) => pattern !== RUN_END_TO_END)) {
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
