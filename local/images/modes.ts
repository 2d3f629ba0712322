import { chmod, lstat, readdir } from "node:fs/promises";
import { join } from "node:path";

const STICKY = 0o1000;
const OWNER_EXECUTES = 0o100;

/**
 * Gives everything in a folder, itself included, the mode that it has in an image, whatever the umask was when it was
 * made: all may read, its owner alone may write; what the owner runs, all may run; in a sticky folder all may write.
 */
export async function settleModes(path: string): Promise<void> {
  const found = await lstat(path);
  if (found.isSymbolicLink()) return;
  if (!found.isDirectory()) return chmod(path, found.mode & OWNER_EXECUTES ? 0o755 : 0o644);
  await chmod(path, found.mode & STICKY ? 0o1777 : 0o755);
  for (const name of await readdir(path)) await settleModes(join(path, name));
}
