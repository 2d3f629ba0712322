import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { cacheDir } from "./cache.ts";
import { askUnlessRefused } from "./refusal.ts";

/** The npm package `pulumi` in its first version: a launcher that downloads the CLI from the vendor's site. */
const LAUNCHER = "pulumi@3.250.0";

const PROBE_TIMEOUT_MS = 90_000;

/**
 * The vendor's CLI with its language hosts, downloaded into the cache by the npm package `pulumi`.
 * @returns the CLI's path, or undefined where the vendor cannot be reached
 */
export async function downloadEngine(version: string): Promise<string | undefined> {
  const home = join(cacheDir(), "vendor");
  const cli = join(home, "versions", version, "bin", "pulumi");
  if (await runs(cli)) return cli;
  return askUnlessRefused(join(home, `refused-${version}`), async () => {
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
    return undefined;
  });
}

async function runs(cli: string): Promise<boolean> {
  const { failed } = await execa(cli, ["version"], { reject: false });
  return !failed;
}
