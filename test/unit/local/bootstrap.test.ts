import assert from "node:assert/strict";
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { PROJECT_ROOT } from "../../../local/paths.ts";

const LOCAL = join(PROJECT_ROOT, "local");
/** The modules that it imports; copied one by one, because `cpSync` of a folder leaves its handle open. */
const MACHINE = readdirSync(join(LOCAL, "machine"))
  .filter((name) => name.endsWith(".mjs"))
  .map((name) => join("machine", name));
/** Nobody: a user of that number has no rights anywhere. */
const NOBODY = 65534;
const PACKAGES = { "": {}, "node_modules/one": { version: "1.0.0", integrity: "sha512-x" } };

describe("local/bootstrap.mjs", () => {
  let root = "";
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "bootstrap-"));
    mkdirSync(join(root, "local", "machine"), { recursive: true });
    mkdirSync(join(root, "node_modules", ".bin"), { recursive: true });
    for (const name of ["bootstrap.mjs", ...MACHINE]) cpSync(join(LOCAL, name), join(root, "local", name));
    mkdirSync(join(root, "local", "tools"));
    write("package.json", { engines: { node: ">=22.18" } });
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

  describe("by a Node that is too old", () => {
    const OURS = `node-${process.platform}-${process.arch}`;
    const project = (optionalDependencies: Record<string, string>) =>
      write("package.json", { engines: { node: ">=99.1" }, optionalDependencies });

    it("ends with 2 and a sentence where no other comes with the dependencies", async () => {
      project({ "node-other-os": "99.1.0" });
      const { exitCode, stderr } = await run(["tool", "a"]);
      assert.equal(exitCode, 2);
      assert.match(stderr, /^This is Node [\d.]+, and >=99\.1 is needed: install it\.$/);
    });

    it("runs programs, and what these start, by the one that comes with the dependencies", async () => {
      project({ [OURS]: "99.1.0" });
      mkdirSync(join(root, "node_modules", OURS, "bin"), { recursive: true });
      script(join("node_modules", OURS, "bin", "node"), 'echo "new node: $*"');
      script("node_modules/.bin/tool", "node from tool");
      assert.equal((await run(["local/program.ts", "a"])).stdout, "new node: local/program.ts a");
      assert.equal((await run(["tool"])).stdout, "new node: from tool");
    });
  });

  describe("for what brings up a cluster on this machine", () => {
    const asNobody = (args: string[]) => {
      chmodSync(root, 0o755);
      rmSync(join(root, "node_modules", ".package-lock.json"));
      const isRoot = process.getuid?.() === 0;
      return execa(process.execPath, [join(root, "local", "bootstrap.mjs"), ...args], {
        reject: false,
        env: { PATH: `${root}:${process.env.PATH}`, npm_execpath: "", NPM_STATUS: "0", HOME: root },
        ...(isRoot && { uid: NOBODY, gid: NOBODY }),
      });
    };

    it("ends with 2 at once without root, before anything is installed", async () => {
      const { exitCode, stdout, stderr } = await asNobody(["--machine", "tool"]);
      assert.equal(exitCode, 2);
      assert.equal(stdout, "");
      assert.match(stderr, process.platform === "linux" ? /^The local cluster needs root/ : /Linux only/);
    });

    for (const words of [["--context", "mine"], ["--context=mine"], ["--help"]]) {
      it(`asks nothing of the machine with ${words.join(" ")}`, async () => {
        const { stdout, exitCode } = await asNobody(["--machine", "tool", ...words]);
        assert.match(stdout, new RegExp(`^Installing[^]*\ntool ${words.join(" ")}$`));
        assert.equal(exitCode, 7);
      });
    }
  });

  it("is told by package.json which programs those are", () => {
    const { scripts } = JSON.parse(readFileSync(join(LOCAL, "..", "package.json"), "utf8")) as {
      scripts: Record<string, string>;
    };
    const bringing = Object.values(scripts).flatMap((line) => /--machine (\S+\.ts)/.exec(line)?.[1] ?? []);
    const programs = Object.values(scripts).flatMap((line) => /(\S+\.ts)/.exec(line)?.[1] ?? []);
    const starts = programs.filter((file) =>
      /startEnvironment\(|onTemporaryEnvironment\(/.test(readFileSync(join(LOCAL, "..", file), "utf8")),
    );
    assert.ok(starts.length > 3);
    assert.deepEqual(bringing.sort(), starts.sort());
  });

  it("ends with 2 when there is no such command, or none at all", async () => {
    assert.equal((await run(["nothing"])).exitCode, 2);
    assert.equal((await run([])).exitCode, 2);
  });
});
