import { join } from "node:path";
import { filledOnce, isPresent, toolDir } from "../engine/cache.ts";
import { goBuild } from "../engine/go.ts";
import type { Progress } from "../progress.ts";

/** The version that local/tools/kubernetes/go.mod pins. */
export const KUBERNETES_VERSION = "1.36.3";

const MODULE_DIR = join(import.meta.dirname, "..", "tools", "kubernetes");
const PROGRAMS = ["kube-apiserver", "kube-controller-manager", "kube-proxy", "kube-scheduler", "kubelet"];

/**
 * The folder with Kubernetes' own programs, built from Go modules if it is not in the cache yet.
 * @throws UserError when they have to be built and Go or disk space is missing
 */
export async function ensureKubernetes(progress: Progress): Promise<string> {
  const target = await toolDir("kubernetes", KUBERNETES_VERSION, MODULE_DIR);
  if (await isPresent(target)) return target;
  const title = `Building Kubernetes ${KUBERNETES_VERSION} from Go modules (once, minutes)`;
  return progress.step(title, () => filledOnce(target, (folder) => build(folder, progress)));
}

function build(folder: string, progress: Progress): Promise<void> {
  const packages = PROGRAMS.map((program) => `k8s.io/kubernetes/cmd/${program}`);
  const ldflags = `-X k8s.io/component-base/version.gitVersion=v${KUBERNETES_VERSION}`;
  return goBuild({ moduleDir: MODULE_DIR, packages, ldflags, diskGibibytes: 6 }, folder, progress);
}
