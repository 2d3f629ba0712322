/** The stand-in plugins as executables: bundled once for each state of their sources, kept in the user's cache. */
import { createHash } from "node:crypto";
import { chmod, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Plugin } from "esbuild";
import { cacheDir, filledOnce } from "../engine/cache.ts";
import { quoted } from "../shell.ts";
import { LANGUAGE_HOST, PROVIDER } from "./vendor.ts";

const LOCAL = fileURLToPath(new URL("..", import.meta.url));
const LOCKFILE = join(LOCAL, "..", "package-lock.json");

const EXECUTABLES = { provider: PROVIDER, language: LANGUAGE_HOST } as const;

/** The executable of each stand-in. */
export type StandIns = Readonly<Record<keyof typeof EXECUTABLES, string>>;

/** Builds the stand-ins unless the cache has these very sources built already (about a second). */
export async function bundleStandIns(): Promise<StandIns> {
  const folder = await filledOnce(join(cacheDir(), "plugins", await fingerprint()), bundle);
  return { provider: join(folder, "provider", PROVIDER), language: join(folder, "language", LANGUAGE_HOST) };
}

/** Everything that the bundle is made of: our sources, the versions of what they import, and the Node that runs them. */
async function fingerprint(): Promise<string> {
  const hash = createHash("sha256").update(process.execPath).update(process.version);
  for (const part of ["plugins", "provider", "language"]) {
    for (const file of (await readdir(join(LOCAL, part))).sort()) {
      hash.update(file).update(await readFile(join(LOCAL, part, file)));
    }
  }
  return hash
    .update(await readFile(LOCKFILE))
    .digest("hex")
    .slice(0, 16);
}

async function bundle(folder: string): Promise<void> {
  const { build } = await import("esbuild");
  await build({
    entryPoints: Object.fromEntries(
      Object.keys(EXECUTABLES).map((part) => [`${part}/main`, join(LOCAL, part, "main.ts")]),
    ),
    outdir: folder,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    // What only calls to a cluster need becomes a file of its own, loaded at the first of them.
    splitting: true,
    minify: true,
    platform: "node",
    format: "esm",
    target: "node20",
    logLevel: "error",
    // The CommonJS inside calls `require` for Node's own modules.
    banner: { js: "import{createRequire as $r}from'node:module';var require=$r(import.meta.url);" },
    plugins: [kubeConfigOnly],
  });
  for (const [part, name] of Object.entries(EXECUTABLES)) {
    const launcher = join(folder, part, name);
    await writeFile(launcher, launcherScript());
    await chmod(launcher, 0o755);
  }
}

/**
 * `exec`, so that the engine's signals reach Node itself and no shell is left behind. Node 22 and later keep what they
 * compiled, which an earlier one does not know of.
 */
function launcherScript(): string {
  return `#!/bin/sh
here=$(dirname "$(readlink -f "$0")")
export NODE_COMPILE_CACHE="\${NODE_COMPILE_CACHE:-$here/../compiled}"
exec ${quoted(process.execPath)} "$here/main.mjs" "$@"
`;
}

/**
 * Of @kubernetes/client-node only its KubeConfig is used. Its index would bring 50 MB of generated clients along,
 * which take seconds to read although nothing of them is kept.
 */
const kubeConfigOnly: Plugin = {
  name: "kube-config-only",
  setup(build) {
    const client = dirname(fileURLToPath(import.meta.resolve("@kubernetes/client-node")));
    build.onResolve({ filter: /^@kubernetes\/client-node$/ }, () => ({ path: join(client, "config.js") }));
    // Only for its Headers, which Node has: a third of the time that a kubeconfig takes to load.
    build.onLoad({ filter: /[\\/]node-fetch[\\/]/ }, () => ({
      contents: "export const Headers = globalThis.Headers; export default globalThis.fetch;",
    }));
    build.onLoad({ filter: /client-node[\\/]dist[\\/]gen[\\/]index\.js$/ }, ({ path }) => ({
      contents: 'export * from "./configuration.js"; export * from "./servers.js";',
      resolveDir: dirname(path),
    }));
  },
};
