import { hostname, userInfo } from "node:os";

/** Who acts: on whose behalf, and by which process. */
export interface Identity {
  /** `alice@laptop` */
  readonly who: string;
  /** `alice@laptop:4711`, which nobody else is at the same time. */
  readonly holder: string;
}

export function ownIdentity(): Identity {
  const who = `${userName()}@${hostname()}`;
  return { who, holder: `${who}:${process.pid}` };
}

/** The number of the process that a holder's name tells; undefined where that is on another machine. */
export function processOnThisMachine(holder: string): number | undefined {
  const [, host, pid] = /@([^@:]+):(\d+)$/.exec(holder) ?? [];
  return host === hostname() ? Number(pid) : undefined;
}

/** In a container the user id may have no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? "unknown");
  }
}
