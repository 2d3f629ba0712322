import { lstat, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isAlive, pidNamespace, startTimeOf } from "./procfs.ts";

/** A process id is enough where the system has no /proc: a folder may then stay, and none goes too early. */
const UNKNOWN = "0";

/**
 * Makes a folder in the temporary folder for one piece of work of this process, which removes it. One whose process
 * was killed before it could is removed by the next that makes one for the same purpose: the name says whose it is.
 * @param purpose letters and hyphens, `canary-plan` for example
 */
export async function scratchFolder(purpose: string): Promise<string> {
  const left = await abandonedFolders(purpose);
  // What cannot be removed is in nobody's way.
  await Promise.all(
    left.map((folder) => rm(folder, { recursive: true, force: true }).catch(() => undefined)),
  );
  return makeScratchFolder(purpose);
}

/** The same for whoever clears away what is left himself, because it takes more than removing files. */
export function makeScratchFolder(purpose: string): Promise<string> {
  const mine = [process.pid, startTimeOf(process.pid) ?? UNKNOWN, pidNamespace() ?? UNKNOWN];
  return mkdtemp(join(tmpdir(), `${purpose}-${mine.join("-")}-`));
}

/** Folders of this user for a purpose whose process is gone. */
export async function abandonedFolders(purpose: string): Promise<string[]> {
  const named = new RegExp(`^${purpose}-(?<pid>\\d+)-(?<startTime>\\d+)-(?<namespace>\\d+)-\\w+$`);
  const found = (await readdir(tmpdir())).flatMap((name) => {
    const { pid, startTime = "", namespace } = named.exec(name)?.groups ?? {};
    // Processes of another namespace cannot be seen from here, whether they run or not.
    if (pid === undefined || namespace !== (pidNamespace() ?? UNKNOWN)) return [];
    return isRunning(Number(pid), startTime) ? [] : [join(tmpdir(), name)];
  });
  const owned = await Promise.all(found.map(isOwn));
  return found.filter((_, index) => owned[index]);
}

function isRunning(pid: number, startTime: string): boolean {
  if (startTime !== UNKNOWN) return isAlive({ pid, startTime });
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}

/** Anybody can make a folder of that name in the temporary folder. */
async function isOwn(folder: string): Promise<boolean> {
  const found = await lstat(folder).catch(() => undefined);
  return found?.isDirectory() === true && found.uid === process.getuid?.();
}
