import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

/** The folder with Pulumi.yaml: the one named, else this one or its nearest parent that has it, if there is any. */
export function projectFolder(named: string | undefined): string | undefined {
  if (named !== undefined) return resolve(named);
  for (let folder = process.cwd(); ; folder = dirname(folder)) {
    if (existsSync(join(folder, "Pulumi.yaml"))) return folder;
    if (folder === dirname(folder)) return undefined;
  }
}
