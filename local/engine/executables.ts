import { constants } from "node:fs";
import { access, realpath } from "node:fs/promises";
import { delimiter, join } from "node:path";

/** Where a program of that name may lie, by PATH. */
export function onPath(name: string, env: NodeJS.ProcessEnv): string[] {
  const folders = (env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  return folders.map((folder) => join(folder, name));
}

/**
 * The first of these files that is there and can be run.
 * @param suits asked with its path, links resolved
 */
export async function firstExecutable(
  files: readonly string[],
  suits: (real: string) => boolean = () => true,
): Promise<string | undefined> {
  for (const file of files) {
    const real = await realpath(file).catch(() => undefined);
    if (real && suits(real) && (await isExecutable(real))) return file;
  }
  return undefined;
}

async function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}
