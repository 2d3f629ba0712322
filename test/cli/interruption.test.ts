import assert from "node:assert/strict";
import { join } from "node:path";
import { execa } from "execa";

const ROOT = join(import.meta.dirname, "..", "..");
const PROGRAM = `
import { interruption } from "./src/cli/interruption.ts";
const signal = interruption((name) => new Error(name), 7);
signal.addEventListener("abort", () => console.log(signal.reason.message));
setInterval(() => {}, 1000);
console.log("ready");
`;
const SAME_SIGNAL_MS = 500;

describe("an interruption", () => {
  it("is one when the same signal comes twice at once, and ends the process when it comes again", async () => {
    const child = execa(process.execPath, ["--import", "tsx", "--input-type=module"], {
      cwd: ROOT,
      input: PROGRAM,
      reject: false,
    });
    const lines: string[] = [];
    let first = 0;
    let pulse: NodeJS.Timeout | undefined;
    child.stdout.on("data", (text: Buffer) => {
      lines.push(...text.toString().trim().split("\n"));
      if (pulse) return;
      first = performance.now();
      pulse = setInterval(() => child.kill("SIGINT"), 50);
    });
    const { exitCode } = await child;
    clearInterval(pulse);
    assert.equal(exitCode, 7);
    assert.deepEqual(lines, ["ready", "SIGINT"]);
    assert.ok(performance.now() - first > SAME_SIGNAL_MS);
  });
});
