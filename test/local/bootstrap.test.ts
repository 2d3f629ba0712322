import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";

const BOOTSTRAP = join(import.meta.dirname, "..", "..", "local", "bootstrap.mjs");
const PACKAGES = { "": {}, "node_modules/one": { version: "1.0.0", integrity: "sha512-x" } };

describe("local/bootstrap.mjs", () => {
  let root = "";
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "bootstrap-"));
    mkdirSync(join(root, "local"));
    mkdirSync(join(root, "node_modules", ".bin"), { recursive: true });
    cpSync(BOOTSTRAP, join(root, "local", "bootstrap.mjs"));
    write("package.json", { engines: { node: ">=20.19" } });
    write("package-lock.json", { packages: { ...PACKAGES, "node_modules/other-os": { optional: true } } });
    write("node_modules/.package-lock.json", {
      packages: { "node_modules/one": PACKAGES["node_modules/one"] },
    });
    script("node_modules/.bin/tool", 'echo "tool $*"; exit 7');
    script("npm", 'echo "npm $*"; exit $NPM_STATUS');
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const write = (path: string, content: object) => writeFileSync(join(root, path), JSON.stringify(content));
  const script = (path: string, text: string) =>
    writeFileSync(join(root, path), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  const run = (args: string[], env: Record<string, string> = {}) =>
    execa(process.execPath, [join(root, "local", "bootstrap.mjs"), ...args], {
      reject: false,
      env: { PATH: `${root}:${process.env.PATH}`, npm_execpath: "", NPM_STATUS: "0", ...env },
    });

  it("runs a command with its arguments and passes its status on", async () => {
    const { stdout, exitCode } = await run(["tool", "a", "b c"]);
    assert.equal(stdout, "tool a b c");
    assert.equal(exitCode, 7);
  });

  it("passes a signal on", async () => {
    script("node_modules/.bin/tool", 'trap "exit 9" TERM; echo ready; while :; do sleep 0.05; done');
    const running = run(["tool"]);
    running.stdout.once("data", () => running.kill("SIGTERM"));
    assert.equal((await running).exitCode, 9);
  });

  it("installs when nothing is installed, and says so", async () => {
    rmSync(join(root, "node_modules", ".package-lock.json"));
    const { stdout } = await run(["tool"]);
    assert.match(stdout, /^Installing dependencies \(npm ci\) …\nnpm ci .*\nInstalled in [\d.]+ s\ntool/);
  });

  it("installs when another version is installed", async () => {
    write("node_modules/.package-lock.json", { packages: { "node_modules/one": { version: "0.9.0" } } });
    assert.match((await run(["tool"])).stdout, /^Installing/);
  });

  it("ends with 2 and a sentence when the installation fails", async () => {
    rmSync(join(root, "node_modules", ".package-lock.json"));
    const { exitCode, stderr } = await run(["tool"], { NPM_STATUS: "1" });
    assert.equal(exitCode, 2);
    assert.match(stderr, /npm ci failed/);
  });

  it("ends with 2 and a sentence when Node is too old", async () => {
    write("package.json", { engines: { node: ">=99.1" } });
    const { exitCode, stderr } = await run(["tool", "a"]);
    assert.equal(exitCode, 2);
    assert.match(stderr, /^This is Node [\d.]+, and >=99\.1 is needed: .*bootstrap\.mjs tool a"\.$/);
  });

  it("ends with 2 when there is no such command, or none at all", async () => {
    assert.equal((await run(["nothing"])).exitCode, 2);
    assert.equal((await run([])).exitCode, 2);
  });
});
