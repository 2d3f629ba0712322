import assert from "node:assert/strict";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, describe, it } from "mocha";
import { PROJECT_ROOT } from "../../../local/paths.ts";

const SCRIPT = join(PROJECT_ROOT, "local", "link-node.mjs");
const OURS = `node-${process.platform}-${process.arch}`;

describe("the link to the Node among the dependencies", () => {
  let root = "";
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "link-node-"));
    mkdirSync(join(root, "local"));
    mkdirSync(join(root, "node_modules", ".bin"), { recursive: true });
    cpSync(SCRIPT, join(root, "local", "link-node.mjs"));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const link = () => join(root, "node_modules", ".bin", "node");
  const run = () => execa(process.execPath, [join(root, "local", "link-node.mjs")]);
  function install(name: string): void {
    const folder = join(root, "node_modules", name, "bin");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "node"), name);
  }

  it("is made where npm made none", async () => {
    install(OURS);
    await run();
    assert.equal(readFileSync(link(), "utf8"), OURS);
    await run();
  });

  it("stays as npm made it", async () => {
    install(OURS);
    writeFileSync(link(), "npm's");
    await run();
    assert.equal(readFileSync(link(), "utf8"), "npm's");
  });

  it("is not made to the Node of another platform", async () => {
    install("node-other-os");
    await run();
    assert.equal(existsSync(link()), false);
  });
});
