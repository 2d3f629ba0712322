import { chmod, readdir, rm, stat, writeFile } from "node:fs/promises";
import { execa } from "execa";
import { UserError } from "../../src/errors.ts";
import { isPresent } from "../engine/cache.ts";
import { CLUSTER_PACKAGES, missingPackages, type Needed } from "../machine/debian-packages.mjs";
import type { Progress } from "../process/progress.ts";

export { CLUSTER_PACKAGES, missingPackages, type Needed };

const LISTS = "/var/lib/apt/lists";
const LISTS_LAST_MS = 24 * 60 * 60 * 1000;

/** Debian asks this file before a package starts a service; 101 forbids it (invoke-rc.d(8)). */
const POLICY = "/usr/sbin/policy-rc.d";
const FORBID_SERVICES = "#!/bin/sh\nexit 101\n";

/**
 * Installs the Debian packages that are missing, after saying so; none of them leaves a service running.
 * @throws UserError when they cannot be installed
 */
export async function ensurePackages(needed: Needed, progress: Progress): Promise<void> {
  const missing = await missingPackages(needed);
  if (missing.length === 0) return;
  progress.say(`Missing from this machine: Debian packages ${missing.join(", ")}`);
  await progress.step("Installing Debian packages", async (note) => {
    if (!(await haveFreshLists())) {
      note("apt-get update");
      await apt(["update"]);
    }
    note("apt-get install");
    await withoutServices(() => apt(["install", "--yes", "--no-install-recommends", ...missing]));
    await disableServices(missing);
  });
  const left = await missingPackages(needed);
  if (left.length > 0) throw cannotInstall(left, "they were installed, and their programs are not there");
}

async function apt(args: string[]): Promise<void> {
  const { failed, stderr, shortMessage } = await execa("apt-get", ["--quiet", ...args], {
    env: { DEBIAN_FRONTEND: "noninteractive" },
    reject: false,
  });
  if (failed)
    throw cannotInstall(
      args.filter((arg) => !arg.startsWith("--")),
      stderr || (shortMessage ?? ""),
    );
}

function cannotInstall(what: string[], reason: string): UserError {
  return new UserError(
    `apt-get could not do: ${what.join(" ")} (${reason.trim().split("\n").at(-1)}).`,
    "Install these packages by hand (on Debian 12 or Ubuntu 22.04, or later), and run this again.",
  );
}

/** Keeps the administrator's own policy if there is one. */
async function withoutServices(work: () => Promise<void>): Promise<void> {
  if (await isPresent(POLICY)) return work();
  await writeFile(POLICY, FORBID_SERVICES);
  await chmod(POLICY, 0o755);
  try {
    await work();
  } finally {
    await rm(POLICY, { force: true });
  }
}

/** Only packages that were missing until now: the administrator's own services stay as they are. */
async function disableServices(packages: readonly string[]): Promise<void> {
  if (!(await isPresent("/run/systemd/system"))) return;
  const { stdout } = await execa("dpkg", ["--listfiles", ...packages]);
  const units = [...stdout.matchAll(/^\/(?:usr\/)?lib\/systemd\/system\/([^/@]+\.service)$/gm)];
  const names = units.map(([, name]) => name ?? "");
  if (names.length > 0) await execa("systemctl", ["disable", ...names]);
}

async function haveFreshLists(): Promise<boolean> {
  const names = await readdir(LISTS).catch(() => []);
  const { mtimeMs } = await stat(LISTS).catch(() => ({ mtimeMs: 0 }));
  return names.some((name) => name.includes("_Packages")) && Date.now() - mtimeMs < LISTS_LAST_MS;
}
