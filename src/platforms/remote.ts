import { runToEnd } from "../process/run-to-end.ts";

/** Where a repository is pushed to. */
export interface Remote {
  readonly host: string;
  /** `acme/shop`, with all groups above it. */
  readonly path: string;
}

/** The remote `origin` of a folder's repository; undefined where there is none, or no Git. */
export async function originOf(directory: string, signal: AbortSignal): Promise<Remote | undefined> {
  const args = ["remote", "get-url", "origin"];
  const ended = await runToEnd("git", args, { cwd: directory, env: process.env, signal }).catch(() => {
    signal.throwIfAborted();
    return undefined;
  });
  return ended?.exitCode === 0 ? remoteIn(ended.stdout.trim()) : undefined;
}

/**
 * `git@git.example.com:acme/shop.git`, `ssh://git@git.example.com:22/acme/shop.git`, `https://git.example.com/acme/shop`.
 * Undefined for a folder. Names and passwords in it are left behind.
 */
export function remoteIn(address: string): Remote | undefined {
  const [, short, rest] = /^(?:[^@/:]+@)?([^@/:]+):(?!\/\/)(.+)$/.exec(address) ?? [];
  if (short !== undefined && rest !== undefined) return remoteOf(short, rest);
  if (!/^(?:https?|ssh|git):\/\//.test(address) || !URL.canParse(address)) return undefined;
  const { hostname, pathname } = new URL(address);
  return remoteOf(hostname, pathname);
}

function remoteOf(host: string, path: string): Remote {
  return { host: host.toLowerCase(), path: path.replace(/^\/+|\/+$/g, "").replace(/\.git$/, "") };
}
