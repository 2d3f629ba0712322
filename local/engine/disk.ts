import { mkdir, statfs } from "node:fs/promises";
import { UserError } from "../../src/errors.ts";

const GIB = 1024 ** 3;

/**
 * Makes sure that there is room before hours of work fill a disk.
 * @param gibibytes what `purpose` needs at its largest
 * @throws UserError when less is free
 */
export async function requireDisk(folder: string, gibibytes: number, purpose: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const { bavail, bsize } = await statfs(folder);
  const free = (bavail * bsize) / GIB;
  if (free >= gibibytes) return;
  throw new UserError(
    `${purpose} needs ${gibibytes} GiB of disk space at ${folder}, where ${free.toFixed(1)} GiB are free.`,
    "Free some space, or set XDG_CACHE_HOME to a folder on a larger disk.",
  );
}
