import type { Version } from "./contender.ts";

/** Requests a second at which canaries are judged. */
export const RATES = [50, 500] as const;

/** Canaries that are judged: what is wrong with them, and what both versions fail anyway, in percent. */
export const CANARIES = [
  "fails everything",
  "fails 20 times 1 %",
  "fails 5 times 1 %",
  "fails 20 times 0.1 %",
  "fails 5 times 0.1 %",
  "twice as slow",
  "crashes every 5 s",
  "has no image",
  "healthy at 0.1 %",
  "healthy at 1 %",
  "both fail 10 %",
] as const;
export type CanaryKind = (typeof CANARIES)[number];

interface Kind {
  /** Of the requests that either version fails, in percent. */
  readonly base: number;
  /** Of the canary's requests that fail, in percent. */
  readonly fails: number;
  readonly variables?: Readonly<Record<string, string>>;
  /** Milliseconds that each answer takes. */
  readonly takes?: { readonly stable: number; readonly canary: number };
  readonly tag?: string;
}

/** No registry has it, and no node. */
const NO_SUCH_TAG = "9.9.9";

export const KINDS: Readonly<Record<CanaryKind, Kind>> = {
  "fails everything": { base: 0, fails: 100 },
  "fails 20 times 1 %": { base: 1, fails: 20 },
  "fails 5 times 1 %": { base: 1, fails: 5 },
  "fails 20 times 0.1 %": { base: 0.1, fails: 2 },
  "fails 5 times 0.1 %": { base: 0.1, fails: 0.5 },
  "twice as slow": { base: 0, fails: 0, takes: { stable: 20, canary: 40 } },
  "crashes every 5 s": { base: 0, fails: 0, variables: { FAIL_AFTER_SECONDS: "5" } },
  "has no image": { base: 0, fails: 0, tag: NO_SUCH_TAG },
  "healthy at 0.1 %": { base: 0.1, fails: 0.1 },
  "healthy at 1 %": { base: 1, fails: 1 },
  // Clearly an incident: not at the bar that some rule happens to have (99 % and 95 % in the peers' documents).
  "both fail 10 %": { base: 10, fails: 10 },
};

/** Canaries that nobody should take out. */
export const HEALTHY: readonly CanaryKind[] = ["healthy at 0.1 %", "healthy at 1 %", "both fail 10 %"];

/** Canaries whose pods do not stay up: a command that waits for them may fail, and no other. */
export const NOT_STARTING: readonly CanaryKind[] = ["crashes every 5 s", "has no image"];

/** The version that is there before, and the canary. */
export function versionsOf(kind: CanaryKind): { readonly stable: Version; readonly canary: Version } {
  const { base, fails, variables = {}, takes, tag = "2.0.0" } = KINDS[kind];
  const answering = (failPercent: number, delayMs = 0): Readonly<Record<string, string>> => ({
    ...(failPercent > 0 && { FAIL_PERCENT: String(failPercent) }),
    ...(delayMs > 0 && { DELAY_MS: String(delayMs) }),
  });
  return {
    stable: { name: "stable", tag: "1.0.0", variables: answering(base, takes?.stable) },
    canary: { name: "canary", tag, variables: { ...answering(fails, takes?.canary), ...variables } },
  };
}
