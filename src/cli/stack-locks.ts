import type { LockHolder } from "../ops/stacks.ts";

/**
 * Whom Pulumi names as holding a stack's lock: backends that are plain storage (file, bucket) write
 * `created by USER@HOST (pid N) at TIME`.
 */
export function lockHolders(message: string): LockHolder[] {
  const holders = message.matchAll(/created by (\S+)@(\S+) \(pid (\d+)\) at (\S+)/g);
  return [...holders].map(([, user = "", host = "", pid, since = ""]) => ({
    user,
    host,
    pid: Number(pid),
    since,
  }));
}
