import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import * as grpc from "@grpc/grpc-js";
import { languageGrpc } from "../../../local/language/protocol.ts";
import { bundleStandIns, type StandIns } from "../../../local/plugins/bundle.ts";
import { Empty, type pluginPb } from "../../../local/plugins/protocol.ts";
import { providerGrpc } from "../../../local/provider/protocol.ts";

describe("the bundled stand-ins", () => {
  let cache: string;
  let standIns: StandIns;
  const cacheBefore = process.env.XDG_CACHE_HOME;

  before(async function () {
    this.timeout(60_000); // Bundling reads all of client-node, which takes seconds on a busy machine.
    cache = await mkdtemp(join(tmpdir(), "bundle-"));
    process.env.XDG_CACHE_HOME = cache;
    standIns = await bundleStandIns();
  });
  after(async () => {
    if (cacheBefore === undefined) delete process.env.XDG_CACHE_HOME;
    else process.env.XDG_CACHE_HOME = cacheBefore;
    await rm(cache, { recursive: true });
  });

  it("are built once for the same sources", async () => {
    const { mtimeMs } = await stat(standIns.provider);
    assert.deepEqual(await bundleStandIns(), standIns);
    assert.equal((await stat(standIns.provider)).mtimeMs, mtimeMs);
  });

  it("answer on the port that they print first, as the engine expects", async () => {
    const credentials = grpc.credentials.createInsecure();
    const provider = await start(standIns.provider);
    const client = new providerGrpc.ResourceProviderClient(provider.address, credentials);
    assert.equal(await version((done) => client.getPluginInfo(new Empty(), done)), "4.32.0");
    const language = await start(standIns.language);
    const host = new languageGrpc.LanguageRuntimeClient(language.address, credentials);
    assert.equal(await version((done) => host.getPluginInfo(new Empty(), done)), "3.246.0");
    for (const { child } of [provider, language]) await ended(child, () => child.kill("SIGTERM"));
  });

  it("end with the engine, even when it was killed", async () => {
    for (const file of [standIns.provider, standIns.language]) {
      const { child } = await start(file);
      // The kernel closes a killed engine's end of the pipe.
      assert.equal(await ended(child, () => child.stdin?.destroy()), 0);
    }
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
