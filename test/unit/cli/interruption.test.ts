import assert from "node:assert/strict";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { execa } from "execa";
import { PROJECT_ROOT } from "../../../local/paths.ts";

const PROGRAM = `
import { interruption } from "./src/cli/interruption.ts";
const signal = interruption((name) => new Error(name), 7);
signal.addEventListener("abort", () => console.log(signal.reason.message));
setInterval(() => {}, 1000);
console.log("ready");
`;
const SAME_SIGNAL_MS = 500;
const LIMIT_MS = 15_000;

describe("an interruption", () => {
  it("is one when the same signal comes twice at once, and ends the process when it comes again", async () => {
    const child = execa(process.execPath, ["--input-type=module"], {
      cwd: PROJECT_ROOT,
      input: PROGRAM,
      reject: false,
      timeout: LIMIT_MS,
    });
    const ended = once(child, "exit").then(() => performance.now());
    const lines: string[] = [];
    let first = 0;
    for await (const line of child) {
      lines.push(line);
      if (line === "SIGINT") {
        child.kill("SIGINT");
        await delay(2 * SAME_SIGNAL_MS);
      } else first = performance.now();
      child.kill("SIGINT");
    }
    const { exitCode } = await child;
    assert.ok((await ended) - first > SAME_SIGNAL_MS, "the second signal was not taken for the first");
    assert.equal(exitCode, 7);
    assert.deepEqual(lines, ["ready", "SIGINT"]);
  });
});
