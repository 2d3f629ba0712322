/** Where the vendor's own plugins are, and getting the provider where it can be downloaded. */
import { constants } from "node:fs";
import { access, mkdir, realpath } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { execa } from "execa";
import { cacheDir } from "../engine/cache.ts";
import type { Engine } from "../engine/engine.ts";
import { askUnlessRefused } from "../engine/refusal.ts";
import type { Progress } from "../progress.ts";

const DOWNLOAD_TIMEOUT_MS = 120_000;

/** The names that the engine gives to the executables. */
export const PROVIDER = "pulumi-resource-kubernetes";
export const LANGUAGE_HOST = "pulumi-language-nodejs";

/**
 * The vendor's Kubernetes provider: on PATH, in the engine's plugin cache or in ours, else downloaded into ours.
 * @returns its executable; undefined where it cannot be had
 */
export async function vendorProvider(
  engine: Engine,
  version: string,
  progress: Progress,
  env: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  const homes = [env.PULUMI_HOME || join(homedir(), ".pulumi"), vendorHome()];
  const candidates = [...onPath(PROVIDER, env), ...homes.map((home) => inPluginCache(home, version))];
  return (await firstOfVendor(candidates)) ?? (await download(engine, version, progress, env));
}

/** The vendor's language host, which is part of the CLI's own download: beside it, or on PATH. */
export async function vendorLanguageHost(
  engine: Engine,
  env: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  const beside = join(dirname(await realpath(engine.path)), LANGUAGE_HOST);
  return firstOfVendor([beside, ...onPath(LANGUAGE_HOST, env)]);
}

function onPath(name: string, env: NodeJS.ProcessEnv): string[] {
  const folders = (env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  return folders.map((folder) => join(folder, name));
}

function inPluginCache(home: string, version: string): string {
  return join(home, "plugins", `resource-kubernetes-v${version}`, PROVIDER);
}

/** Our stand-ins may be on PATH as well, in a shell that the local environment was set up in. */
async function firstOfVendor(files: readonly string[]): Promise<string | undefined> {
  for (const file of files) {
    const real = await realpath(file).catch(() => undefined);
    if (real && !real.startsWith(join(cacheDir(), "plugins")) && (await isExecutable(real))) return file;
  }
  return undefined;
}

/** A PULUMI_HOME of our own, for all clones and stacks of a user. */
function vendorHome(): string {
  return join(cacheDir(), "vendor");
}

/** A download of over two minutes counts as refused. */
async function download(
  engine: Engine,
  version: string,
  progress: Progress,
  env: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  return askUnlessRefused(join(vendorHome(), `refused-kubernetes-${version}`), async () => {
    await mkdir(vendorHome(), { recursive: true });
    await progress.step(`Kubernetes provider ${version} from its vendor`, () =>
      execa(engine.path, ["plugin", "install", "resource", "kubernetes", version], {
        env: { ...env, PULUMI_HOME: vendorHome(), PULUMI_SKIP_UPDATE_CHECK: "true" },
        timeout: DOWNLOAD_TIMEOUT_MS,
        reject: false,
      }),
    );
    const plugin = inPluginCache(vendorHome(), version);
    return (await isExecutable(plugin)) ? plugin : undefined;
  });
}

async function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}
