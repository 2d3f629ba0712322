import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { canary } from "../../support/fake-session.ts";
import { FakeWorld } from "../../support/fake-world.ts";

describe("canary page", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "page-command-"));
  });
  after(() => rm(folder, { recursive: true }));

  const refused = async (...words: string[]): Promise<string> => {
    const { exitCode, stderr } = await canary(new FakeWorld(), "page", ...words);
    assert.equal(exitCode, 2, stderr);
    return stderr;
  };

  it("never listens beyond this machine without a certificate", async () => {
    for (const address of ["0.0.0.0", "::", "10.0.0.7", "canary.example.com"])
      assert.match(await refused("--listen", address), /is beyond this machine, and there is no certificate/);
  });

  it("takes a certificate with its key, in files that can be read", async () => {
    const file = join(folder, "cert.pem");
    await writeFile(file, "");
    assert.match(await refused("--tls-cert", file), /--tls-cert comes alone/);
    assert.match(await refused("--tls-key", file), /--tls-key comes alone/);
    const missing = await refused("--tls-cert", file, "--tls-key", join(folder, "none"));
    assert.match(missing, /--tls-key .*none cannot be read/);
  });

  it("takes a port that there is", async () => {
    for (const port of ["-1", "65536", "http"]) assert.match(await refused("--port", port), /Give a port/);
  });

  it("writes a release as one file that needs no server", async () => {
    const file = join(folder, "release.html");
    const { exitCode, stdout, stderr } = await canary(
      await new FakeWorld().at("canary-25"),
      "page",
      "--export",
      file,
    );
    assert.equal(exitCode, 0, stderr);
    assert.equal(stdout, `written: ${file}\n`);
    const html = await readFile(file, "utf8");
    const [, json = ""] =
      /<script type="application\/json" id="state"[^>]*>(.*?)<\/script>/s.exec(html) ?? [];
    const state = JSON.parse(json) as {
      status: { live: { stage: string } };
      csrf: null;
      project: { control: boolean };
    };
    assert.deepEqual(
      [state.status.live.stage, state.csrf, state.project.control],
      ["canary-25", null, false],
    );
  });

  it("says where a file cannot be written", async () => {
    const file = join(folder, "none", "release.html");
    assert.match(await refused("--export", file), /--export .* cannot be written: ENOENT/);
  });
});
