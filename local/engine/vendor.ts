import { mkdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { cacheDir } from "./cache.ts";

/** The npm package `pulumi` in its first version: a launcher that downloads the CLI from the vendor's site. */
const LAUNCHER = "pulumi@3.250.0";

const PROBE_TIMEOUT_MS = 90_000;
const REFUSAL_LASTS_MS = 24 * 60 * 60 * 1000;

/**
 * The vendor's CLI with its language hosts, downloaded into the cache by the npm package `pulumi`.
 * A refusal is kept for a day, so that a machine that cannot reach the vendor pays for it once.
 * @returns the CLI's path, or undefined where the vendor cannot be reached
 */
export async function downloadEngine(version: string): Promise<string | undefined> {
  const home = join(cacheDir(), "vendor");
  const cli = join(home, "versions", version, "bin", "pulumi");
  if (await runs(cli)) return cli;
  const refusal = join(home, `refused-${version}`);
  if (await isRecent(refusal)) return undefined;
  await mkdir(home, { recursive: true });
  // The launcher keeps what it downloads under PULUMI_HOME, by version.
  await execa("npx", ["--yes", "--package", LAUNCHER, "pulumi", "version"], {
    cwd: home,
    env: { PULUMI_HOME: home, PULUMI_VERSION: version, PULUMI_SKIP_UPDATE_CHECK: "true" },
    timeout: PROBE_TIMEOUT_MS,
    reject: false,
  });
  if (await runs(cli)) return cli;
  await rm(join(home, "versions", version), { recursive: true, force: true });
  await writeFile(refusal, "");
  return undefined;
}

async function runs(cli: string): Promise<boolean> {
  const { failed } = await execa(cli, ["version"], { reject: false });
  return !failed;
}

async function isRecent(file: string): Promise<boolean> {
  const found = await stat(file).catch(() => undefined);
  return found !== undefined && Date.now() - found.mtimeMs < REFUSAL_LASTS_MS;
}
