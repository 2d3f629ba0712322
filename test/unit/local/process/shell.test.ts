import assert from "node:assert/strict";
import { execa } from "execa";
import fc from "fast-check";
import { quoted } from "../../../../local/process/shell.ts";

describe("a quoted word", () => {
  it("is as it was where nothing in it means anything to a shell", () => {
    assert.equal(quoted("/home/me/.local/stats.sock"), "/home/me/.local/stats.sock");
  });

  it("is one word to a shell, whatever is in it", async () => {
    const word = fc.string({ unit: fc.constantFrom(..."aä '\"\\$`#%!*;&|<>(){}[]~?\n\t"), minLength: 1 });
    const words = [...fc.sample(word, 200), "a folder", "it's", "$HOME", ""];
    const { stdout } = await execa("sh", ["-c", `printf '%s\\0' ${words.map(quoted).join(" ")}`], {
      stripFinalNewline: false,
    });
    assert.deepEqual(stdout.split("\0").slice(0, -1), words);
  });
});
