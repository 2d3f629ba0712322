import { mkdir, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

const REFUSAL_LASTS_MS = 24 * 60 * 60 * 1000;

/**
 * Asks a vendor for something, unless it was refused within a day: a machine that cannot reach the vendor pays for it
 * once.
 * @param file keeps the refusal
 * @param ask its answer; undefined is a refusal, what it throws is none
 */
export async function askUnlessRefused<T>(
  file: string,
  ask: () => Promise<T | undefined>,
): Promise<T | undefined> {
  if (await isRecent(file)) return undefined;
  const answer = await ask();
  if (answer === undefined) {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, "");
  }
  return answer;
}

async function isRecent(file: string): Promise<boolean> {
  const found = await stat(file).catch(() => undefined);
  return found !== undefined && Date.now() - found.mtimeMs < REFUSAL_LASTS_MS;
}
