import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { describe, it } from "mocha";
import { completionScript, SHELLS } from "../../../src/cli/completion.ts";
import { canaryProgram } from "../../../src/cli/main.ts";

const program = await canaryProgram([], () => async () => undefined);

/** What bash offers for words of which the last one is being typed. */
async function offered(...words: readonly string[]): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), "canary-completion-"));
  try {
    for (const stage of ["canary-25", "canary-75"]) await writeFile(join(folder, `Pulumi.${stage}.yaml`), "");
    const quoted = words.map((word) => `'${word}'`).join(" ");
    const ask = `COMP_WORDS=(canary ${quoted}); COMP_CWORD=${words.length}; _canary; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout } = await execa("bash", ["-c", `${completionScript("bash", program)}\n${ask}`], {
      cwd: folder,
    });
    return stdout.split("\n");
  } finally {
    await rm(folder, { recursive: true });
  }
}

describe("completion in bash", () => {
  it("offers the commands", async () => {
    assert.deepEqual((await offered("st")).sort(), ["status"]);
    assert.deepEqual((await offered("pr")).sort(), ["preview", "promote"]);
  });

  it("offers a command's own options and everybody's", async () => {
    assert.deepEqual(await offered("promote", "--so"), ["--soak"]);
    assert.deepEqual(await offered("status", "--js"), ["--json"]);
    assert.deepEqual(await offered("status", "--soak"), [""]);
  });

  it("offers the stages that have a file", async () => {
    assert.deepEqual((await offered("promote", "can")).sort(), ["canary-25", "canary-75"]);
    assert.deepEqual(await offered("status", "can"), [""]);
  });
});

describe("completion scripts", () => {
  for (const shell of SHELLS) {
    it(`of ${shell} name every command`, () => {
      const script = completionScript(shell, program);
      for (const { name } of program.commands.map((command) => ({ name: command.name() }))) {
        assert.match(script, new RegExp(`\\b${name}\\b`), name);
      }
    });
  }
});
