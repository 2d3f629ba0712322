import assert from "node:assert/strict";
import { runtimeOptions, splitWords } from "../../../../local/language/options.ts";
import { languagePb, Struct } from "../../../../local/language/protocol.ts";

describe("the runtime's options", () => {
  it("are the vendor's defaults where Pulumi.yaml says nothing", () => {
    assert.deepEqual(runtimeOptions(undefined), { nodeArgs: [], typescript: true, packageManager: "npm" });
  });

  it("are read from Pulumi.yaml", () => {
    const info = new languagePb.ProgramInfo();
    info.setOptions(
      Struct.fromJavaScript({ nodeargs: "--import ./hooks.mjs", typescript: false, packagemanager: "pnpm" }),
    );
    assert.deepEqual(runtimeOptions(info), {
      nodeArgs: ["--import", "./hooks.mjs"],
      typescript: false,
      packageManager: "pnpm",
    });
  });
});

describe("splitting into words", () => {
  const cases: [string, string[]][] = [
    ["", []],
    ["  a   b ", ["a", "b"]],
    ['--title "two words" c', ["--title", "two words", "c"]],
    ["'single \"quoted\"'", ['single "quoted"']],
    ['a\\ b "say \\"x\\""', ["a b", 'say "x"']],
    ['--flag="a b"c', ["--flag=a bc"]],
  ];
  for (const [text, words] of cases) {
    it(`gives ${JSON.stringify(words)} for ${JSON.stringify(text)}`, () => {
      assert.deepEqual(splitWords(text), words);
    });
  }
});
