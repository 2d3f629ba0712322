import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureKubernetes, KUBERNETES_VERSION } from "../../../../local/cluster/programs.ts";
import { VENDOR_RELEASE, vendorFolder } from "../../../../local/cluster/vendor-archive.ts";
import { cacheDir, toolDir } from "../../../../local/engine/cache.ts";
import { TOOLS } from "../../../../local/paths.ts";
import { silentProgress } from "../../../../local/process/progress.ts";

const MODULE_DIR = join(TOOLS, "kubernetes");

describe("Kubernetes' programs", () => {
  let folder = "";
  const before = process.env.XDG_CACHE_HOME;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "programs-"));
    process.env.XDG_CACHE_HOME = folder;
  });
  afterEach(() => {
    if (before === undefined) delete process.env.XDG_CACHE_HOME;
    else process.env.XDG_CACHE_HOME = before;
    rmSync(folder, { recursive: true });
  });

  const progress = { ...silentProgress, step: () => assert.fail("nothing is to be downloaded or built") };

  async function makeBuilt(): Promise<string> {
    const built = await toolDir("kubernetes", KUBERNETES_VERSION, MODULE_DIR);
    mkdirSync(built, { recursive: true });
    return built;
  }

  it("are those that were built before, without asking the vendor again", async () => {
    const built = await makeBuilt();
    assert.deepEqual(await ensureKubernetes(progress), { folder: built, version: KUBERNETES_VERSION });
  });

  it("are the vendor's where those are there, with the version that they are of", async () => {
    await makeBuilt();
    const vendors = vendorFolder(VENDOR_RELEASE);
    assert.ok(vendors.startsWith(cacheDir()));
    mkdirSync(vendors, { recursive: true });
    assert.deepEqual(await ensureKubernetes(progress), { folder: vendors, version: VENDOR_RELEASE.version });
  });
});
