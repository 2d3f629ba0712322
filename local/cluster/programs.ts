import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { filledOnce, isPresent, toolDir } from "../engine/cache.ts";
import { goBuild } from "../engine/go.ts";
import { TOOLS } from "../paths.ts";
import type { Progress } from "../process/progress.ts";
import { downloadKubernetes, PROGRAMS, VENDOR_RELEASE, vendorFolder } from "./vendor-archive.ts";

/** The version that local/tools/kubernetes/go.mod pins. */
export const KUBERNETES_VERSION = "1.36.3";

const MODULE_DIR = join(TOOLS, "kubernetes");

const ALL_IN_ONE = "kubernetes";

/** Kubernetes' own programs. */
export interface Kubernetes {
  readonly folder: string;
  /** Without a leading "v". */
  readonly version: string;
}

/**
 * Kubernetes' own programs: the vendor's, or those that are in the cache as they were built before; else downloaded, and
 * where that is not possible built from Go modules.
 * @throws UserError when they have to be built and Go or disk space is missing; the signal's reason when it aborts
 */
export async function ensureKubernetes(progress: Progress, signal?: AbortSignal): Promise<Kubernetes> {
  const vendors = { folder: vendorFolder(VENDOR_RELEASE), version: VENDOR_RELEASE.version };
  const folder = await toolDir("kubernetes", KUBERNETES_VERSION, MODULE_DIR);
  const built = { folder, version: KUBERNETES_VERSION };
  for (const kubernetes of [vendors, built]) {
    if (await isPresent(kubernetes.folder)) return kubernetes;
  }
  if (await downloadKubernetes(vendors.folder, VENDOR_RELEASE, progress, signal)) return vendors;
  const title = `Building Kubernetes ${KUBERNETES_VERSION} from Go modules (once, minutes)`;
  await progress.step(title, () =>
    filledOnce(built.folder, (temporary) => build(temporary, progress, signal)),
  );
  return built;
}

/** One program, five names: linking it once instead of five times saves a minute. */
async function build(folder: string, progress: Progress, signal?: AbortSignal): Promise<void> {
  await goBuild(
    {
      moduleDir: MODULE_DIR,
      package: ".",
      variables: { "k8s.io/component-base/version.gitVersion": `v${KUBERNETES_VERSION}` },
      diskGibibytes: 6,
    },
    join(folder, ALL_IN_ONE),
    progress,
    signal,
  );
  await Promise.all(PROGRAMS.map((program) => symlink(ALL_IN_ONE, join(folder, program))));
}
