import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

/** So many wrong tokens in a while; then none is looked at for the rest of it. */
const MOST_WRONG = 5;
const WHILE_MS = 60_000;

export type Redeemed = "right" | "wrong" | "throttled";

/** A text that nobody can guess: 256 bits. */
export const unguessable = (): string => randomBytes(32).toString("base64url");

/** Compares without telling by its time how much was right. */
export function isSame(one: string, other: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}

/** Tokens that are good for one sign-in each. Whoever tries many is made to wait. */
export class OneTimeToken {
  readonly #now: () => number;
  #token = unguessable();
  #wrong: readonly number[] = [];

  /** @param now milliseconds of a clock that only goes forward */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** The one that is good now. */
  get token(): string {
    return this.#token;
  }

  /** Takes a token. After the right one there is another. */
  redeem(given: string): Redeemed {
    const now = this.#now();
    this.#wrong = this.#wrong.filter((at) => at > now - WHILE_MS);
    if (this.#wrong.length >= MOST_WRONG) return "throttled";
    if (!isSame(given, this.#token)) {
      this.#wrong = [...this.#wrong, now];
      return "wrong";
    }
    this.#token = unguessable();
    return "right";
  }
}
