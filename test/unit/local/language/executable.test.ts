import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import * as grpc from "@grpc/grpc-js";
import { STAND_IN } from "../../../../local/engine/language-host.ts";
import { SDK_VERSION } from "../../../../local/engine/plugin-versions.ts";
import { Empty, languageGrpc, type pluginPb } from "../../../../local/language/protocol.ts";

describe("the language host's executable", () => {
  it("answers on the port that it prints first, as the engine expects", async () => {
    const { child, address } = await start(STAND_IN);
    const host = new languageGrpc.LanguageRuntimeClient(address, grpc.credentials.createInsecure());
    assert.equal(await version((done) => host.getPluginInfo(new Empty(), done)), SDK_VERSION);
    await ended(child, () => child.kill("SIGTERM"));
  });

  it("ends with the engine, even when it was killed", async () => {
    const { child } = await start(STAND_IN);
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
