import assert from "node:assert/strict";
import { join } from "node:path";
import { execa } from "execa";
import { describe, it } from "mocha";
import { PROJECT_ROOT } from "../../../local/paths.ts";

const FILE = join(PROJECT_ROOT, "src", "process", "at-end.ts");

const started = (then: string) =>
  execa(
    process.execPath,
    [
      "--input-type=module",
      "--eval",
      `const { atEndOfProcess } = await import(${JSON.stringify(FILE)});
       atEndOfProcess(async () => {
         await new Promise((resolve) => setTimeout(resolve, 100));
         console.log("ended");
       });
       console.log("ready"); ${then}`,
    ],
    { reject: false, lines: true },
  );

describe("the end of a process", () => {
  it("has its work done once where nothing is left to do", async () => {
    const { exitCode, stdout } = await started("");
    assert.deepEqual([exitCode, stdout], [0, ["ready", "ended"]]);
  });

  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    it(`has its work done by ${signal}, however often it is sent, and ends by that`, async () => {
      const child = started("setInterval(() => undefined, 1000);");
      child.stdout.once("data", () => {
        child.kill(signal);
        child.kill(signal);
      });
      const { signal: by, stdout } = await child;
      assert.deepEqual([by, stdout], [signal, ["ready", "ended"]]);
    });
  }
});
