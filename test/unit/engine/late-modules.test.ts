import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { after, before, describe, it } from "mocha";
import { loadLate } from "../../../src/engine/automation/late-modules.ts";

describe("a module that is loaded late", () => {
  let folder: string;
  let require: NodeJS.Require;
  const loaded = globalThis as { loadedLate?: number };

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "canary-late-"));
    await writeFile(
      join(folder, "seldom.js"),
      "globalThis.loadedLate = (globalThis.loadedLate ?? 0) + 1; exports.answer = () => 42;",
    );
    await writeFile(join(folder, "plain.js"), "exports.seldom = require('./seldom.js');");
    require = createRequire(join(folder, "main.js"));
  });

  after(() => rm(folder, { recursive: true }));

  it("is loaded once, at its first use, for all who import it", () => {
    loadLate(require, "./seldom.js");
    const { seldom } = require("./plain.js") as { seldom: { answer: () => number } };
    assert.equal(loaded.loadedLate, undefined);
    assert.equal(seldom.answer(), 42);
    assert.equal(seldom.answer(), 42);
    assert.ok("answer" in seldom);
    assert.equal(loaded.loadedLate, 1);
  });

  it("is left as it is when it is loaded already, or not there at all", () => {
    const before = require("./seldom.js");
    loadLate(require, "./seldom.js");
    assert.equal(require("./seldom.js"), before);
    loadLate(require, "./missing.js");
    assert.throws(() => require("./missing.js"), /Cannot find module/);
  });

  it("keeps TypeScript out of a process that loads the Automation API", async () => {
    const script = `
      import { createRequire } from "node:module";
      import { types } from "node:util";
      import { loadSdkLate } from "./src/engine/automation/late-modules.ts";
      loadSdkLate();
      await import("@pulumi/pulumi/automation/index.js");
      const { cache } = createRequire(import.meta.url);
      const ofThese = Object.keys(cache).filter((file) => /[\\/]typescript[\\/]/.test(file));
      console.log(JSON.stringify(ofThese.map((file) => types.isProxy(cache[file].exports))));`;
    const node = ["--input-type=module", "--eval", script];
    const { stdout } = await execa(process.execPath, node, {
      cwd: join(import.meta.dirname, "..", "..", ".."),
    });
    assert.deepEqual(JSON.parse(stdout), [true]);
  });
});
