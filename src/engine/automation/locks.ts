import type { LockHolder } from "../stacks.ts";
import { holderCondition } from "../started-engines.ts";

/**
 * Whom Pulumi names as holding a stack's lock: backends that are plain storage (file, bucket) write
 * `created by USER@HOST (pid N) at TIME`.
 */
export function lockHolders(message: string): LockHolder[] {
  const found = message.matchAll(/created by (\S+)@(\S+) \(pid (\d+)\) at (\S+)/g);
  // The CLI says it twice, on both of its streams.
  const holders = new Map<string, LockHolder>();
  for (const [line, user = "", host = "", pid, since = ""] of found) {
    const process = { user, host, pid: Number(pid), since };
    holders.set(line, { ...process, condition: holderCondition(process) });
  }
  return [...holders.values()];
}
