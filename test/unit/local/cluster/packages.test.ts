import assert from "node:assert/strict";
import { ensurePackages, missingPackages } from "../../../../local/cluster/packages.ts";
import { silentProgress } from "../../../../local/process/progress.ts";

describe("Debian packages", () => {
  it("are missing when a program or a file of theirs is, each named once", async () => {
    const needed = {
      sh: "dash",
      "/bin/sh": "dash",
      "no-such-program": "one",
      "/no/such/file": "one",
      "no-such": "two",
    };
    assert.deepEqual(await missingPackages(needed), ["one", "two"]);
  });

  it("are left alone when nothing is missing", async () => {
    const said: string[] = [];
    await ensurePackages({ sh: "dash" }, { ...silentProgress, say: (line) => said.push(line) });
    assert.deepEqual(said, []);
  });
});
