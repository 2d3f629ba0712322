import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

interface Bundle {
  readonly script: string;
  readonly style: string;
}

const HERE = import.meta.dirname;
const ROOT = join(HERE, "..", "..");
/** Beside what Node compiled: whoever can write here can change the program anyway. */
const FOLDER = join(ROOT, "node_modules", ".cache", "canary-stages", "page");

/**
 * What runs in the browser, bundled at its first use and kept by what it is made from: nobody has to build anything, and
 * nothing that was built is in the repository. Where it cannot be kept it is bundled each time.
 */
export async function keptBundle(folder = FOLDER): Promise<Bundle> {
  const file = join(folder, `${await fingerprint()}.json`);
  const kept = await readFile(file, "utf8").catch(() => undefined);
  if (kept !== undefined) return JSON.parse(kept) as Bundle;
  const { bundlePage } = await import("./bundle.ts");
  const bundle = await bundlePage();
  await keep(folder, file, bundle).catch(() => undefined);
  return bundle;
}

/** Of the sources, of how they are bundled, and of the versions of the packages among them. */
async function fingerprint(): Promise<string> {
  const names = await readdir(join(HERE, "client"), { recursive: true, withFileTypes: true });
  const sources = names.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const files = [...sources.sort(), join(HERE, "bundle.ts"), join(ROOT, "package-lock.json")];
  const hash = createHash("sha256");
  for (const text of await Promise.all(files.map((file) => readFile(file)))) {
    hash.update(createHash("sha256").update(text).digest());
  }
  return hash.digest("hex");
}

/** Whole or not at all; what was kept of other sources goes. */
async function keep(folder: string, file: string, bundle: Bundle): Promise<void> {
  await mkdir(folder, { recursive: true });
  const others = (await readdir(folder)).map((name) => join(folder, name)).filter((other) => other !== file);
  const written = `${file}.${process.pid}`;
  await writeFile(written, JSON.stringify(bundle));
  await rename(written, file);
  await Promise.all(others.map((other) => rm(other, { force: true })));
}
