import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { execa } from "execa";
import { PROJECT_ROOT } from "../../../../local/paths.ts";
import { ahead } from "../../../../local/process/priority.ts";

const PROGRAM = `
import { readFileSync } from "node:fs";
import { getPriority } from "node:os";
import { setSessionPriority } from "./local/process/priority.ts";
setSessionPriority(5);
const own = getPriority();
const session = readFileSync("/proc/self/autogroup", "utf8").trim();
process.stdout.write(own + " " + session);
`;

describe("the priority of a session", () => {
  it("is that of its first process and of the session among others", async function () {
    if (!existsSync("/proc/self/autogroup")) this.skip();
    const { stdout } = await execa(process.execPath, ["--input-type=module"], {
      cwd: PROJECT_ROOT,
      input: PROGRAM,
      detached: true,
    });
    assert.match(stdout, /^5 \/autogroup-\d+ nice 5$/);
  });
});

describe("a command that goes ahead", () => {
  /** `SCHED_OTHER` and `SCHED_RR` as /proc/PID/stat has them, in its 41st field (proc(5)). */
  const [ORDINARY, ROUND_ROBIN] = ["0", "2"];
  const [program, ...args] = ahead(["/bin/cat", "/proc/self/stat"]);

  async function policy(env: Record<string, string> = {}): Promise<string | undefined> {
    const { stdout } = await execa(program, args, { env });
    return stdout.split(" ")[40];
  }

  it("runs in the real-time class", async function () {
    const { failed } = await execa("chrt", ["--rr", "1", "true"], { reject: false });
    if (failed) this.skip();
    assert.equal(await policy(), ROUND_ROBIN);
  });

  it("runs as it is where that cannot be had", async () => {
    assert.equal(await policy({ PATH: "/nowhere" }), ORDINARY);
  });
});
