import { cp, mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { PROJECT_ROOT } from "../../local/paths.ts";

/**
 * A folder with some of this project's own settings, over files that are written to break them.
 * @param settings files and folders of the project's root, `biome.json` for example
 * @param files their texts by path
 * @returns the folder, which the caller removes
 */
export async function brokenProject(
  settings: readonly string[],
  files: Readonly<Record<string, string>>,
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "canary-lint-"));
  for (const name of settings) await cp(join(PROJECT_ROOT, name), join(folder, name), { recursive: true });
  for (const [file, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), `${text}\n`);
  }
  return folder;
}
