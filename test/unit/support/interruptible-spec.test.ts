import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { PROJECT_ROOT } from "../../../local/paths.ts";

const TESTS = `
it("fails", () => { throw new Error("a share that does not fit"); });
it("hangs", (done) => { console.log("at work"); setTimeout(done, 60_000); });
it("comes after it", () => undefined);
`;

describe("the reporter of interrupted tests", () => {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "interrupted-"));
    writeFileSync(join(folder, "some.test.cjs"), TESTS);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  async function interrupt(signal: NodeJS.Signals, nodeOptions: string[]) {
    const running = execa(
      "mocha",
      [
        "--no-config",
        "--no-package",
        ...nodeOptions,
        "--reporter=test/support/interruptible-spec.cjs",
        join(folder, "some.test.cjs"),
      ],
      { cwd: PROJECT_ROOT, preferLocal: true, localDir: PROJECT_ROOT, reject: false, stdin: "ignore" },
    );
    let printed = "";
    running.stdout.setEncoding("utf8").on("data", (text: string) => {
      printed += text;
    });
    while (!printed.includes("at work")) await once(running.stdout, "data");
    running.kill(signal);
    const { exitCode, stdout } = await running;
    assert.equal(exitCode, 130);
    assert.match(stdout, /interrupted in "hangs": the tests after it did not run/);
    assert.match(stdout, /1 failing/);
    assert.match(stdout, /a share that does not fit/);
    assert.doesNotMatch(stdout, /comes after it/);
  }

  // A node option has mocha run its tests in a child process, as those of this project do.
  it("lists the failures so far and the test that was running", () =>
    interrupt("SIGINT", ["--node-option=no-warnings"]));

  it("says the same when SIGTERM is seen first", () => interrupt("SIGTERM", []));
});
