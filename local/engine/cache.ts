import { createHash } from "node:crypto";
import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { cacheFolder } from "../machine/inspection.mjs";

/** Where built and downloaded tools are kept, for all clones of a user: `~/.cache/canary-stages` by default. */
export function cacheDir(env: NodeJS.ProcessEnv = process.env): string {
  return cacheFolder(env);
}

/** Name of a built tool's folder: changes with its version and with everything that goes into it. */
export function toolKey(tool: string, version: string, sources: string | Buffer): string {
  return `${tool}-${version}-${createHash("sha256").update(sources).digest("hex").slice(0, 12)}`;
}

/** The folder of a tool that is built in `moduleDir`: by its main, if it has one, and its Go modules. */
export async function toolDir(tool: string, version: string, moduleDir: string): Promise<string> {
  const names = await readdir(moduleDir, { recursive: true });
  const sources = names.filter((name) => /\.(go|mod|sum)$/.test(name)).sort();
  const contents = await Promise.all(sources.map((name) => readFile(join(moduleDir, name))));
  return join(cacheDir(), "tools", toolKey(tool, version, Buffer.concat(contents)));
}

/**
 * The folder itself if it is there, else what `fill` puts into an empty folder beside it, renamed when complete.
 * Nobody ever sees half of it; of two that fill at the same time, the first to finish wins.
 */
export async function filledOnce(
  target: string,
  fill: (temporary: string) => Promise<void>,
): Promise<string> {
  if (await isPresent(target)) return target;
  await mkdir(dirname(target), { recursive: true });
  const temporary = await mkdtemp(join(dirname(target), `.${basename(target)}-`));
  try {
    await chmod(temporary, 0o755);
    await fill(temporary);
    await rename(temporary, target);
  } catch (error) {
    if (!(await isPresent(target))) throw error;
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
  return target;
}

/** Whether there is such a file or folder. */
export function isPresent(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
