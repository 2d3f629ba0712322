import { randomBytes } from "node:crypto";
import { lstatSync, rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** unix(7), sun_path: 108 bytes, of which 26 are the socket's own and 13 HAProxy's while it takes one over. */
const SHORT_AND_PLAIN = /^[\w./-]{1,40}$/;

/**
 * A name for a folder of sockets that nobody else has: short, whatever the state folder's path is, and of characters
 * that HAProxy takes as they are.
 */
export function nameSocketFolder(temporary: string = tmpdir()): string {
  const parent = SHORT_AND_PLAIN.test(temporary) ? temporary : "/tmp";
  return join(parent, `canary-edge-${randomBytes(6).toString("hex")}`);
}

/** Removes a folder of sockets; one of that name that somebody else made since is left alone. */
export function removeSocketFolder(folder: string): void {
  const found = lstatSync(folder, { throwIfNoEntry: false });
  if (found?.uid === process.getuid?.()) rmSync(folder, { recursive: true, force: true });
}

/** Sends one command to HAProxy's command line over its socket and gives the whole answer. */
export async function ask(path: string, command: string): Promise<string> {
  const socket = await connected(path);
  const chunks: Buffer[] = [];
  socket.end(`${command}\n`);
  for await (const chunk of socket) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** Resolves when the other side has closed a connection that is opened for nothing else. */
export async function untilClosed(path: string, signal: AbortSignal): Promise<void> {
  const socket = await connected(path);
  const close = () => socket.destroy();
  signal.addEventListener("abort", close);
  await new Promise((resolve) => {
    socket.on("error", () => undefined);
    socket.on("close", resolve);
    socket.resume();
  });
  signal.removeEventListener("abort", close);
}

function connected(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.once("connect", () => resolve(socket));
    socket.once("error", reject);
  });
}
