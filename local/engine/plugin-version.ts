import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import * as grpc from "@grpc/grpc-js";
import { Empty, type pluginPb, providerGrpc } from "../language/protocol.ts";

const ANSWER_MS = 30_000;

/**
 * The version that a resource provider says it has, without a leading "v"; asked as the engine asks. It is started for
 * that, and ended.
 * @throws Error when it does not start or does not answer
 */
export async function askVersion(provider: string): Promise<string> {
  // Nobody listens where it is told that the engine is: it calls the engine only to log.
  const child = spawn(provider, ["127.0.0.1:9"], { stdio: ["pipe", "pipe", "ignore"] });
  const ended = once(child, "exit");
  try {
    const answer = await versionAt(`127.0.0.1:${await portOf(child)}`);
    return answer.replace(/^v/, "");
  } finally {
    child.kill("SIGKILL");
    if (child.pid !== undefined) await ended;
  }
}

/** The first line that a plugin writes. */
async function portOf(child: ChildProcess): Promise<string> {
  if (!child.stdout) throw new Error("a plugin's standard output is not read");
  const signal = AbortSignal.timeout(ANSWER_MS);
  const gone = once(child, "exit", { signal }).then(() => {
    throw new Error(`${child.spawnfile} ended before it said its port`);
  });
  const line = once(createInterface(child.stdout), "line", { signal });
  gone.catch(() => undefined);
  line.catch(() => undefined);
  const [port] = await Promise.race([line, gone]);
  return port;
}

async function versionAt(address: string): Promise<string> {
  const client = new providerGrpc.ResourceProviderClient(address, grpc.credentials.createInsecure());
  const deadline = Date.now() + ANSWER_MS;
  try {
    return await new Promise((resolve, reject) => {
      const done = (error: grpc.ServiceError | null, info: pluginPb.PluginInfo) =>
        error ? reject(error) : resolve(info.getVersion());
      client.getPluginInfo(new Empty(), new grpc.Metadata(), { deadline }, done);
    });
  } finally {
    client.close();
  }
}
