import { createHmac } from "node:crypto";
import { mkdir, open, readFile, stat, unlink } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { unguessable } from "./sign-in.ts";

/** Who signed in stays so over a restart of the command, for a working day. */
const VALID_MS = 12 * 3600 * 1000;
/** Nobody but the owner reads it. */
const PRIVATE = 0o600;
const PRIVATE_FOLDER = 0o700;

const usualFile = (): string =>
  join(process.env.XDG_STATE_HOME ?? join(homedir(), ".local", "state"), "canary-stages", "page-key");

/** Which page: a cookie of one is none of another. */
export interface Page {
  readonly directory: string;
  readonly port: number;
}

/**
 * What a browser that signed in carries as its cookie. It is derived from a key that this account keeps for twelve hours, so
 * that a page comes back by itself when its command was stopped and started again. Where no key can be kept, it is good
 * until the command ends.
 */
export async function sessionCookie({ directory, port }: Page, file = usualFile()): Promise<string> {
  const key = (await keptKey(file)) ?? (await newKey(file).catch(unguessable));
  return createHmac("sha256", key)
    .update(JSON.stringify([directory, port]))
    .digest("base64url");
}

/** Undefined where it is not there, too old, or where others could have read or written it. */
async function keptKey(file: string): Promise<string | undefined> {
  try {
    const { mode, uid, mtimeMs } = await stat(file);
    const isPrivate = (mode & 0o777) === PRIVATE && uid === process.getuid?.();
    if (!isPrivate || Date.now() - mtimeMs > VALID_MS) return undefined;
    return (await readFile(file, "utf8")) || undefined;
  } catch {
    return undefined;
  }
}

async function newKey(file: string): Promise<string> {
  const key = unguessable();
  await mkdir(dirname(file), { recursive: true, mode: PRIVATE_FOLDER });
  await unlink(file).catch(() => undefined);
  const handle = await open(file, "wx", PRIVATE);
  try {
    await handle.writeFile(key);
  } finally {
    await handle.close();
  }
  return key;
}
