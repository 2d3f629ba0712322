import { join } from "node:path";
import { execa } from "execa";
import { TOOLS } from "../paths.ts";
import type { Progress } from "../process/progress.ts";
import { filledOnce, toolDir } from "./cache.ts";
import { goBuild } from "./go.ts";
import { downloadEngine } from "./vendor.ts";
import { isSuitableEngine, parseEngineVersion } from "./versions.ts";

/** A Pulumi CLI that can run this program. */
export interface Engine {
  path: string;
  /** Without a leading "v". */
  version: string;
  source: "path" | "npm" | "built";
}

/** The version of @pulumi/pulumi in package.json; the CLI is at least as new, within the same major version. */
export const ENGINE_VERSION = "3.276.0";

/** The folder with the CLI's modules. */
const MODULES = join(TOOLS, "pulumi");

/**
 * Finds a suitable `pulumi` on PATH, else downloads the vendor's, else builds it from Go modules. What is
 * downloaded or built stays in the user's cache folder.
 * @throws UserError when it has to be built and Go or disk space is missing
 */
export async function ensureEngine(progress: Progress, signal?: AbortSignal): Promise<Engine> {
  const onPath = await engineAt("pulumi", "path");
  if (onPath && isSuitableEngine(onPath.version, ENGINE_VERSION)) return onPath;
  const target = await toolDir("pulumi", ENGINE_VERSION, MODULES);
  const built = join(target, "pulumi");
  return (await engineAt(built, "built")) ?? (await obtain(target, progress, signal));
}

async function obtain(target: string, progress: Progress, signal?: AbortSignal): Promise<Engine> {
  const downloaded = await progress.step(`Asking Pulumi's vendor for ${ENGINE_VERSION}`, async () => {
    const path = await downloadEngine(ENGINE_VERSION);
    return path && engineAt(path, "npm");
  });
  if (downloaded) return downloaded;
  await progress.step(`The vendor cannot be reached: building Pulumi ${ENGINE_VERSION} (once)`, () =>
    filledOnce(target, (folder) =>
      goBuild(
        {
          moduleDir: MODULES,
          package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
          variables: {
            "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version": `v${ENGINE_VERSION}`,
          },
          diskGibibytes: 4,
        },
        join(folder, "pulumi"),
        progress,
        signal,
      ),
    ),
  );
  const engine = await engineAt(join(target, "pulumi"), "built");
  if (!engine) throw new Error(`the Pulumi CLI that was built at ${target} does not run`);
  return engine;
}

/** What a command says that it is; undefined when it is missing, does not run or is no Pulumi. */
async function engineAt(command: string, source: Engine["source"]): Promise<Engine | undefined> {
  const { stdout, failed } = await execa(command, ["version"], {
    env: { PULUMI_SKIP_UPDATE_CHECK: "true" },
    reject: false,
  });
  const version = failed ? undefined : parseEngineVersion(stdout);
  return version === undefined ? undefined : { path: await absolute(command), version, source };
}

async function absolute(command: string): Promise<string> {
  if (command.includes("/")) return command;
  const { stdout } = await execa("sh", ["-c", 'command -v "$1"', "sh", command]);
  return stdout;
}
