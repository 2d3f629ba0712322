import assert from "node:assert/strict";
import { execa } from "execa";
import { describe, it } from "mocha";
import { PROJECT_ROOT } from "../../local/paths.ts";

/** As a Node from before 22.18 is: it takes TypeScript for JavaScript. */
const UNABLE = "--no-strip-types";
const PROBLEM = /^This is Node [\d.]+ \(.*node\), which does not run TypeScript; Node 22\.18 or later does\./;

describe("a Node that does not run TypeScript", () => {
  it("is told so by the command, before anything is loaded that it cannot read", async () => {
    const canary = [UNABLE, "src/cli/canary.mjs", "status"];
    const { exitCode, stdout, stderr } = await execa(process.execPath, canary, {
      cwd: PROJECT_ROOT,
      reject: false,
    });
    assert.equal(exitCode, 1);
    assert.equal(stdout, "");
    assert.match(stderr, PROBLEM);
    assert.equal(stderr.split("\n").length, 1);
  });

  it("is told so by the program, in an error that Pulumi prints without its stack", async () => {
    const script = `
      const { default: program } = await import("./src/index.mjs");
      const { RunError } = await import("@pulumi/pulumi/errors.js");
      const error = await program().catch((error) => error);
      console.log(JSON.stringify([RunError.isInstance(error), error.message]));`;
    const words = [UNABLE, "--input-type=module", "--eval", script];
    const [isRunError, message] = JSON.parse(
      (await execa(process.execPath, words, { cwd: PROJECT_ROOT })).stdout,
    );
    assert.equal(isRunError, true);
    assert.match(message, PROBLEM);
  });
});
