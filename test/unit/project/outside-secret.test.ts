import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, it } from "mocha";
import { scratchFolder } from "../../../src/process/scratch.ts";
import { readOutsideSecret } from "../../../src/project/outside-secret.ts";

const NAME = "CANARY_TEST_OUTSIDE_SECRET";

describe("a secret from outside of the project", () => {
  afterEach(() => {
    delete process.env[NAME];
  });

  it("is an environment variable's value, or a file's, without the white space around it", async () => {
    const folder = await scratchFolder("outside");
    await writeFile(join(folder, "token"), "abc\n");
    process.env[NAME] = " xyz ";
    assert.equal(await readOutsideSecret({ environment: NAME }, "a.b", folder), "xyz");
    assert.equal(await readOutsideSecret({ file: "token" }, "a.b", folder), "abc");
    assert.equal(await readOutsideSecret({ file: join(folder, "token") }, "a.b", "/"), "abc");
  });

  it("is missed with its path and what to do", async () => {
    const folder = await scratchFolder("outside");
    await writeFile(join(folder, "empty"), "\n");
    await assert.rejects(readOutsideSecret({ environment: NAME }, "a.b", folder), {
      message: `a.b is in the environment variable ${NAME}, which is not set`,
      hint: `Set it where canary runs: export ${NAME}=…`,
    });
    await assert.rejects(readOutsideSecret({ file: "none" }, "a.b", folder), {
      message: "a.b.file is none, which cannot be read: ENOENT",
      hint: `Put it at ${join(folder, "none")}, or name another one in Pulumi.yaml.`,
    });
    await assert.rejects(readOutsideSecret({ file: "empty" }, "a.b", folder), {
      message: "a.b.file is empty, which is empty",
    });
  });
});
