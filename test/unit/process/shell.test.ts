import assert from "node:assert/strict";
import { execa } from "execa";
import { describe, it } from "mocha";
import { shellWord } from "../../../src/process/shell.ts";

describe("a word for a shell", () => {
  it("stays as it is where no shell could misread it", () => {
    for (const word of ["alice@laptop:4711", "canary-25", "sha256:0a", "a/b_c.d,e"])
      assert.equal(shellWord(word), word);
  });

  it("is quoted where it could", () => {
    assert.equal(shellWord("a b"), "'a b'");
    assert.equal(shellWord("it's"), "'it'\\''s'");
    assert.equal(shellWord(""), "''");
  });

  it("shows nothing that a terminal would act on", () => {
    assert.equal(shellWord("a\u001b[2J"), "$'a\\U0000001b[2J'");
    assert.equal(shellWord("a\u202eb"), "$'a\\U0000202eb'");
  });

  const words = [
    "; rm -rf /",
    "$(id)",
    "`id`",
    "it's",
    'say "hi"',
    "\\",
    "a\nb",
    "\u001b[2J'\\",
    "\u009b1m",
    "–x",
    "~",
  ];
  for (const word of words) {
    it(`is read back by bash: ${JSON.stringify(word)}`, async () => {
      const env = { LC_ALL: "C.UTF-8" };
      const { stdout } = await execa({ env })("bash", ["-c", `printf %s ${shellWord(word)}`], {
        stripFinalNewline: false,
      });
      assert.equal(stdout, word);
    });
  }
});
