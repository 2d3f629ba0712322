import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";

const ROOT = join(import.meta.dirname, "..", "..");
const PROGRAM = `
import { readFileSync } from "node:fs";
import { getPriority } from "node:os";
import { setSessionPriority } from "./local/priority.ts";
setSessionPriority(5);
const own = getPriority();
const session = readFileSync("/proc/self/autogroup", "utf8").trim();
process.stdout.write(own + " " + session);
`;

describe("the priority of a session", () => {
  it("is that of its first process and of the session among others", async function () {
    if (!existsSync("/proc/self/autogroup")) this.skip();
    const { stdout } = await execa(process.execPath, ["--import", "tsx", "--input-type=module"], {
      cwd: ROOT,
      input: PROGRAM,
      detached: true,
    });
    assert.match(stdout, /^5 \/autogroup-\d+ nice 5$/);
  });
});
