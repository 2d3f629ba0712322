import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { join } from "node:path";
import * as grpc from "@grpc/grpc-js";
import analyzerGrpc from "@pulumi/pulumi/proto/analyzer_grpc_pb.js";
import type analyzerPb from "@pulumi/pulumi/proto/analyzer_pb.js";
import { afterEach, describe, it } from "mocha";
import { Empty } from "../../../local/language/protocol.ts";
import { PROJECT_ROOT } from "../../../local/paths.ts";

const PACK = join(PROJECT_ROOT, "policy");

/** What both of the vendor's ways to run a pack start: it gives the pack to `require`. */
const ENTRY = createRequire(join(PACK, "index.cjs")).resolve("@pulumi/pulumi/cmd/run-policy-pack");

/** The engine's address, which a pack calls only to log. */
const NO_ENGINE = "127.0.0.1:9";

/** The vendor's ways, by the engine's source: `NewPolicyAnalyzer` in plugin/analyzer_plugin.go, version 3.276. */
const WAYS: Readonly<Record<string, { cwd: string; args: readonly string[] }>> = {
  "by the language host": { cwd: PROJECT_ROOT, args: [NO_ENGINE, PACK] },
  "by pulumi-analyzer-policy": { cwd: PACK, args: [NO_ENGINE, ".", "-typescript=false"] },
};

describe("the policy pack, loaded as the vendor's host loads it", () => {
  let host: ChildProcess | undefined;

  afterEach(async () => {
    if (host?.exitCode !== null) return;
    host.kill();
    await once(host, "exit");
  });

  for (const [way, { cwd, args }] of Object.entries(WAYS)) {
    it(way, async () => {
      host = spawn(process.execPath, [ENTRY, ...args], { cwd });
      const info = await informationOf(`127.0.0.1:${await portOf(host)}`);
      assert.equal(info.getName(), "canary-stages");
      assert.deepEqual(
        info.getPoliciesList().map((policy) => policy.getName()),
        [
          "fixed-images",
          "limited-resources",
          "unprivileged",
          "no-secret-in-environment",
          "no-secret-in-config-map",
          "enough-replicas",
          "shares-add-up",
        ],
      );
    });
  }
});

/** The first line that a plugin writes. @throws Error with what it wrote instead */
async function portOf({ stdout, stderr }: ChildProcess): Promise<number> {
  const errors: Buffer[] = [];
  stderr?.on("data", (part: Buffer) => errors.push(part));
  let text = "";
  for await (const part of stdout ?? []) {
    text += part;
    if (text.includes("\n")) return Number.parseInt(text, 10);
  }
  throw new Error(`no port: ${text}${Buffer.concat(errors)}`);
}

async function informationOf(address: string): Promise<analyzerPb.AnalyzerInfo> {
  const client = new analyzerGrpc.AnalyzerClient(address, grpc.credentials.createInsecure());
  try {
    return await new Promise((resolve, reject) => {
      client.getAnalyzerInfo(new Empty(), (error: grpc.ServiceError | null, info: analyzerPb.AnalyzerInfo) =>
        error ? reject(error) : resolve(info),
      );
    });
  } finally {
    client.close();
  }
}
