/**
 * Loads the command fast: as one bundle, built once for each state of the sources and kept in node_modules/.cache.
 * Running the sources by tsx takes half a second longer each time, which `canary status` is to have ended in.
 * See docs/adr/0031-the-command-is-bundled-at-first-use.md.
 */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, statSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rename, rm, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const SOURCES = fileURLToPath(new URL("..", import.meta.url));
const MAIN = "cli/main.ts";
const DAY_MS = 86_400_000;

/** Large, or loaded only by what takes seconds anyway: they stay where they are installed. */
const EXTERNAL = ["@pulumi/*", "@kubernetes/client-node", "execa", "listr2"];

/** @returns {Promise<{ main(words: readonly string[]): Promise<number> }>} */
export async function loadCommand() {
  const home = cacheFolder();
  const bundle = join(home, fingerprint(), "main.mjs");
  if (existsSync(bundle) || (await build(home, dirname(bundle)))) return import(pathToFileURL(bundle).href);
  const { register } = await import("tsx/esm/api");
  register();
  return import("./main.ts");
}

/** Beside the installed packages, so that the bundle finds those that are not in it. */
function cacheFolder() {
  const zod = createRequire(import.meta.url).resolve("zod/package.json");
  return join(dirname(dirname(zod)), ".cache", "canary-stages");
}

/** Changes with any source file, this one among them, and with Node's version. */
function fingerprint() {
  const hash = createHash("sha256").update(process.version);
  for (const name of readdirSync(SOURCES, { recursive: true, encoding: "utf8" }).sort()) {
    if (!/\.m?ts$|\.mjs$/.test(name)) continue;
    const { mtimeMs, size } = statSync(join(SOURCES, name));
    hash.update(`${name} ${mtimeMs} ${size}\n`);
  }
  return hash.digest("hex").slice(0, 16);
}

/**
 * Of two processes that build at once, the second keeps the first one's work: it is the same.
 * @returns {Promise<boolean>} false where nothing can be written: the sources are run as they are
 */
async function build(home, folder) {
  try {
    await mkdir(home, { recursive: true });
    const draft = await mkdtemp(join(home, "draft-"));
    await bundleInto(draft);
    await rename(draft, folder).catch(() => rm(draft, { recursive: true }));
    await removeOld(home, folder);
  } catch {
    return false;
  }
  return existsSync(join(folder, "main.mjs"));
}

async function bundleInto(folder) {
  const esbuild = await import("esbuild");
  await esbuild.build({
    entryPoints: [join(SOURCES, MAIN)],
    outdir: folder,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    // What is imported when it is needed stays a file of its own.
    splitting: true,
    sourcemap: true,
    // Half of the time that a bundle takes to load is reading it; names stay, for stack traces.
    minifySyntax: true,
    minifyWhitespace: true,
    plugins: [oneLocale],
    platform: "node",
    format: "esm",
    target: "node20",
    external: EXTERNAL,
    logLevel: "silent",
    // The CommonJS inside calls `require` for Node's own modules.
    banner: { js: "import{createRequire as $r}from'node:module';var require=$r(import.meta.url);" },
  });
}

/** Zod speaks fifty languages, which cannot be left out one by one, and this command one. */
const oneLocale = {
  name: "one-locale",
  setup(build) {
    build.onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({
      contents: 'export { default as en } from "./en.js";',
    }));
  },
};

/** Bundles of earlier sources; a young one may still be running. */
async function removeOld(home, current) {
  for (const name of await readdir(home)) {
    const folder = join(home, name);
    const { mtimeMs } = await stat(folder);
    if (folder !== current && Date.now() - mtimeMs > DAY_MS) await rm(folder, { recursive: true });
  }
}
