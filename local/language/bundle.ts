/** The stand-in language host as an executable: bundled once for each state of its sources, kept in the user's cache. */
import { createHash } from "node:crypto";
import { chmod, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { filledOnce } from "../engine/cache.ts";
import { LANGUAGE_HOST, standIns } from "../engine/language-host.ts";
import { quoted } from "../process/shell.ts";

const SOURCES = import.meta.dirname;
const LOCKFILE = join(SOURCES, "..", "..", "package-lock.json");

/** Builds the language host unless the cache has these very sources built already (under a second). */
export async function bundleLanguageHost(): Promise<string> {
  return join(await filledOnce(join(standIns(), await fingerprint()), bundle), LANGUAGE_HOST);
}

/** Everything that the bundle is made of: our sources, the versions of what they import, and the Node that runs them. */
async function fingerprint(): Promise<string> {
  const hash = createHash("sha256").update(process.execPath).update(process.version);
  for (const file of (await readdir(SOURCES)).sort()) {
    hash.update(file).update(await readFile(join(SOURCES, file)));
  }
  return hash
    .update(await readFile(LOCKFILE))
    .digest("hex")
    .slice(0, 16);
}

async function bundle(folder: string): Promise<void> {
  const { build } = await import("esbuild");
  await build({
    entryPoints: [join(SOURCES, "main.ts")],
    outfile: join(folder, "main.mjs"),
    bundle: true,
    minify: true,
    platform: "node",
    format: "esm",
    target: "node20",
    logLevel: "error",
    // The CommonJS inside calls `require` for Node's own modules.
    banner: { js: "import{createRequire as $r}from'node:module';var require=$r(import.meta.url);" },
  });
  const launcher = join(folder, LANGUAGE_HOST);
  await writeFile(launcher, launcherScript());
  await chmod(launcher, 0o755);
}

/**
 * `exec`, so that the engine's signals reach Node itself and no shell is left behind. Node 22 and later keep what they
 * compiled, which an earlier one does not know of.
 */
function launcherScript(): string {
  return `#!/bin/sh
here=$(dirname "$(readlink -f "$0")")
export NODE_COMPILE_CACHE="\${NODE_COMPILE_CACHE:-$here/compiled}"
exec ${quoted(process.execPath)} "$here/main.mjs" "$@"
`;
}
