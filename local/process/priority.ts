import { writeFileSync } from "node:fs";
import { setPriority } from "node:os";

/**
 * Puts this process behind others, or ahead of them. Linux weighs sessions against each other, by a nice value that
 * each has of its own (sched(7), "The autogroup feature"); a process's own counts only within its session. So this
 * has to be the first process of a session to have effect on more than its own children.
 * Does nothing where the system does not allow it.
 * @param nice from -20, far ahead, to 19
 */
export function setSessionPriority(nice: number): void {
  for (const set of [() => setPriority(nice), () => writeFileSync("/proc/self/autogroup", String(nice))]) {
    try {
      set();
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (!["EACCES", "EPERM", "ENOENT"].includes(code ?? "")) throw error;
    }
  }
}

/**
 * The words of a command that goes before everything else on this machine: in the real-time class, of which Linux runs
 * a process before every ordinary one (sched(7)). As it was where the system does not allow that.
 */
export function ahead(command: readonly [string, ...string[]]): [string, ...string[]] {
  const script = 'chrt --rr 1 true 2>/dev/null && set -- chrt --rr 1 "$@"; exec "$@"';
  return ["/bin/sh", "-c", script, "ahead", ...command];
}
