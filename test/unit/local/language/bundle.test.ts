import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import * as grpc from "@grpc/grpc-js";
import { bundleLanguageHost } from "../../../../local/language/bundle.ts";
import { Empty, languageGrpc, type pluginPb } from "../../../../local/language/protocol.ts";

describe("the bundled language host", () => {
  let cache: string;
  let languageHost: string;
  const cacheBefore = process.env.XDG_CACHE_HOME;

  before(async function () {
    this.timeout(60_000); // Bundling takes seconds on a busy machine.
    cache = await mkdtemp(join(tmpdir(), "bundle-"));
    process.env.XDG_CACHE_HOME = cache;
    languageHost = await bundleLanguageHost();
  });
  after(async () => {
    if (cacheBefore === undefined) delete process.env.XDG_CACHE_HOME;
    else process.env.XDG_CACHE_HOME = cacheBefore;
    await rm(cache, { recursive: true });
  });

  it("is built once for the same sources", async () => {
    const { mtimeMs } = await stat(languageHost);
    assert.equal(await bundleLanguageHost(), languageHost);
    assert.equal((await stat(languageHost)).mtimeMs, mtimeMs);
  });

  it("answers on the port that it prints first, as the engine expects", async () => {
    const { child, address } = await start(languageHost);
    const host = new languageGrpc.LanguageRuntimeClient(address, grpc.credentials.createInsecure());
    assert.equal(await version((done) => host.getPluginInfo(new Empty(), done)), "3.246.0");
    await ended(child, () => child.kill("SIGTERM"));
  });

  it("ends with the engine, even when it was killed", async () => {
    const { child } = await start(languageHost);
    // The kernel closes a killed engine's end of the pipe.
    assert.equal(await ended(child, () => child.stdin?.destroy()), 0);
  });
});

async function start(file: string): Promise<{ child: ChildProcess; address: string }> {
  const child = spawn(file, ["127.0.0.1:1"], { stdio: ["pipe", "pipe", "inherit"] });
  assert.ok(child.stdout);
  const [port] = await once(createInterface(child.stdout), "line");
  return { child, address: `127.0.0.1:${port}` };
}

async function ended(child: ChildProcess, end: () => void): Promise<number | null> {
  const exit = once(child, "exit");
  end();
  const [code] = await exit;
  return code;
}

function version(
  call: (done: (error: grpc.ServiceError | null, info: pluginPb.PluginInfo) => void) => unknown,
): Promise<string> {
  return new Promise((resolve, reject) => {
    call((error, info) => (error ? reject(error) : resolve(info.getVersion())));
  });
}
