import { randomBytes } from "node:crypto";
import { hostname, userInfo } from "node:os";

/** Who acts: on whose behalf, and by which process. */
export interface Identity {
  /** `alice@laptop` */
  readonly who: string;
  /**
   * `alice@laptop:4711.9f2c61b0`: the process too, and a random word. Two containers of one host name may have the same
   * process number at the same time.
   */
  readonly holder: string;
}

export function ownIdentity(): Identity {
  const who = `${userName()}@${hostname()}`;
  const word = randomBytes(4).toString("hex");
  return { who, holder: `${who}:${process.pid}.${word}` };
}

/** The number of the process that a holder's name tells; undefined where that is on another machine. */
export function processOnThisMachine(holder: string): number | undefined {
  const [, host, pid] = /@([^@:]+):(\d+)(?:\.[0-9a-f]+)?$/.exec(holder) ?? [];
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
