/** The vendor's Kubernetes provider: found, downloaded from the vendor, or built from its Go module. */
import { copyFile, mkdir, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { execa } from "execa";
import type { Progress } from "../process/progress.ts";
import { cacheDir, filledOnce, isPresent, toolDir } from "./cache.ts";
import type { Engine } from "./engine.ts";
import { firstExecutable, onPath } from "./executables.ts";
import { goBuild, moduleFolder } from "./go.ts";
import { askVersion } from "./plugin-version.ts";
import { PROVIDER_VERSION } from "./plugin-versions.ts";
import { askUnlessRefused } from "./refusal.ts";

export interface Provider {
  readonly path: string;
  /** What the plugin itself says, without a leading "v". */
  readonly version: string;
  readonly source: ProviderSource;
}

type ProviderSource = "path" | "plugin cache" | "vendor" | "built";

const SOURCES: Readonly<Record<ProviderSource, string>> = {
  path: "from PATH",
  "plugin cache": "from the engine's plugin cache",
  vendor: "downloaded from its vendor",
  built: "the vendor's, built from its Go module",
};

/** The name that the engine gives to the executable. */
export const PROVIDER = "pulumi-resource-kubernetes";

/**
 * The folder with the provider's modules, and a main. They are apart from the CLI's: the provider of that state does not
 * compile with a CLI's packages later than 3.246 of those that were tried.
 */
const MODULES = join(import.meta.dirname, "..", "tools", "pulumi-kubernetes");

const MODULE = "github.com/pulumi/pulumi-kubernetes/provider/v4";
const SDK_MODULE = "github.com/pulumi/pulumi-kubernetes/sdk/v4";
/**
 * The state of the one version that the Go module proxy serves, v4.0.0-20260115033456-f47bc2d6f199: after release 4.24.0,
 * which its go.mod names, and before 4.26.
 */
export const BUILT_VERSION = "4.25.0-dev.20260115+f47bc2d6f199";

const DOWNLOAD_TIMEOUT_MS = 120_000;

/** Version and origin of a provider, in words. */
export function providerText({ version, source }: Provider): string {
  return `${version} (${SOURCES[source]})`;
}

/**
 * The provider that the engine is to run with: on PATH, in the engine's plugin cache, downloaded, or built.
 * @throws UserError when it has to be built and Go or disk space is missing
 */
export async function ensureProvider(
  engine: Engine,
  progress: Progress,
  env: NodeJS.ProcessEnv,
  signal?: AbortSignal,
): Promise<Provider> {
  const found = await findProvider(engine, progress, env);
  const [path, source] = found ?? [await built(progress, signal), "built"];
  return { path, source, version: await askVersion(path) };
}

/** @returns its executable and where it was; undefined where it has to be built */
export async function findProvider(
  engine: Engine,
  progress: Progress,
  env: NodeJS.ProcessEnv,
): Promise<[path: string, source: ProviderSource] | undefined> {
  // In a shell that sourced `environment.sh`, what was built is on PATH: it is no provider of the user's.
  const ours = join(cacheDir(), "tools");
  const onUsersPath = await firstExecutable(onPath(PROVIDER, env), (real) => !real.startsWith(ours));
  if (onUsersPath) return [onUsersPath, "path"];
  const cached = await firstExecutable([inPluginCache(env.PULUMI_HOME || join(homedir(), ".pulumi"))]);
  if (cached) return [cached, "plugin cache"];
  const downloaded = await download(engine, progress, env);
  return downloaded === undefined ? undefined : [downloaded, "vendor"];
}

function inPluginCache(home: string): string {
  return join(home, "plugins", `resource-kubernetes-v${PROVIDER_VERSION}`, PROVIDER);
}

/** Into a PULUMI_HOME of our own, for all clones of a user. One of over two minutes counts as refused. */
async function download(
  engine: Engine,
  progress: Progress,
  env: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  const home = join(cacheDir(), "vendor");
  const plugin = inPluginCache(home);
  if (await firstExecutable([plugin])) return plugin;
  return askUnlessRefused(join(home, `refused-kubernetes-${PROVIDER_VERSION}`), async () => {
    await mkdir(home, { recursive: true });
    await progress.step(`Asking Pulumi's vendor for the Kubernetes provider ${PROVIDER_VERSION}`, () =>
      execa(engine.path, ["plugin", "install", "resource", "kubernetes", PROVIDER_VERSION], {
        env: { ...env, PULUMI_HOME: home, PULUMI_SKIP_UPDATE_CHECK: "true" },
        timeout: DOWNLOAD_TIMEOUT_MS,
        reject: false,
      }),
    );
    return firstExecutable([plugin]);
  });
}

async function built(progress: Progress, signal?: AbortSignal): Promise<string> {
  const folder = await toolDir("pulumi-kubernetes", BUILT_VERSION, MODULES);
  const plugin = join(folder, PROVIDER);
  if (await isPresent(plugin)) return plugin;
  await progress.step(`Building the vendor's Kubernetes provider ${BUILT_VERSION} (once, minutes)`, () =>
    filledOnce(folder, (temporary) => build(join(temporary, PROVIDER), progress, signal)),
  );
  return plugin;
}

async function build(file: string, progress: Progress, signal?: AbortSignal): Promise<void> {
  const sdk = join(dirname(file), "sdk");
  await goBuild(
    {
      moduleDir: MODULES,
      package: ".",
      variables: { [`${MODULE}/pkg/version.Version`]: BUILT_VERSION },
      overlay: await embedded(progress, signal),
      replaced: await slimSdk(sdk, progress, signal),
      diskGibibytes: 6,
    },
    file,
    progress,
    signal,
  );
  await rm(sdk, { recursive: true });
}

/** The vendor embeds its schema, which its module has in a file of another name. */
async function embedded(progress: Progress, signal?: AbortSignal): Promise<Record<string, string>> {
  const source = join(await moduleFolder(MODULES, MODULE, progress, signal), "cmd", PROVIDER);
  const files = ["schema.json", "terraform-mapping.json"];
  return Object.fromEntries(files.map((name) => [join(MODULES, name), join(source, name)]));
}

/**
 * The vendor's Go SDK without the one file that makes all of it a part of the provider: local/tools/pulumi-kubernetes/yaml
 * says why, and has what stands in its place.
 */
async function slimSdk(
  folder: string,
  progress: Progress,
  signal?: AbortSignal,
): Promise<Record<string, string>> {
  const cached = await moduleFolder(MODULES, SDK_MODULE, progress, signal);
  // Folders of the module cache are read-only.
  await execa("cp", ["--recursive", "--no-preserve=mode", cached, folder]);
  const kinds = join(folder, "go", "kubernetes", "yaml", "v2", "kinds.go");
  await copyFile(join(MODULES, "yaml", "kinds.go"), kinds);
  return { [SDK_MODULE]: folder };
}
