import { connect, type Socket } from "node:net";

/** Sockets of Unix have short names, and HAProxy adds its process id while it takes one over: unix(7), sun_path. */
export const LONGEST_SOCKET_PATH = 90;

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
