import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { generate } from "selfsigned";
import { stopEdge } from "../../../local/edge/edge.ts";
import { HAPROXY } from "../../../local/edge/haproxy.ts";
import { readRecord } from "../../../local/edge/record.ts";
import { findProcess } from "../../../local/process/ledger.ts";
import { UserError } from "../../../src/errors.ts";
import { EdgeWorld } from "../support/edge-world.ts";

describe("the start of a local edge", function () {
  this.timeout(30_000);
  const world = new EdgeWorld();
  after(() => world.stop());

  it("ends at once with HAProxy's own words when HAProxy rejects the first configuration", async () => {
    const started = performance.now();
    await assert.rejects(
      world.start(() => world.weight("new", "300")),
      (error: unknown) => {
        assert.ok(error instanceof UserError);
        assert.match(error.message, /^The local edge did not start\. It said:\n/);
        const [, ...words] = error.message.split("HAProxy rejects");
        assert.equal(words.length, 1);
        assert.match(words[0] ?? "", /haproxy\.rejected\.cfg:\n.*weight of server pod-new is not within/s);
        return true;
      },
    );
    assert.ok(performance.now() - started < 10_000);
    assert.equal(findProcess(world.stateDir, "edge"), undefined);
  });

  it("keeps its sockets in a folder that goes with it, wherever the state folder is", async () => {
    world.reset();
    await world.startEdge();
    const [folder = "", ...others] = socketFolders();
    assert.deepEqual(others, []);
    assert.ok(join(folder, "127.0.0.254", "master.sock").length < 90);
    assert.equal(statSync(folder).mode & 0o777, 0o700);
    assert.deepEqual(readdirSync(join(folder, "127.0.0.1")).sort(), ["master.sock", "stats.sock"]);
    await stopEdge(world.stateDir);
    assert.deepEqual(socketFolders(), []);
  });

  /** Of this world's edge. */
  function socketFolders(): string[] {
    const { sockets } = readRecord(world.stateDir) ?? {};
    return sockets !== undefined && existsSync(sockets) ? [sockets] : [];
  }
});

describe("the golden configurations", () => {
  it("are valid to HAProxy", async () => {
    const golden = fileURLToPath(new URL("../../unit/local/edge/golden", import.meta.url));
    const folder = mkdtempSync(join(tmpdir(), "golden-"));
    const { cert, private: key } = await generate([{ name: "commonName", value: "x" }]);
    const files = readdirSync(golden);
    assert.ok(files.length >= 3);
    for (const name of files) {
      const config = readFileSync(join(golden, name), "utf8").replaceAll(
        /\/(?:edge|sockets)\/127\.0\.0\.1/g,
        folder,
      );
      for (const [pem] of config.matchAll(/(?<=crt )\S+/g)) writeFileSync(pem, `${cert}\n${key}`);
      const file = join(folder, name);
      writeFileSync(file, config);
      await execa(HAPROXY, ["-c", "-f", file]);
    }
    rmSync(folder, { recursive: true });
  });
});
