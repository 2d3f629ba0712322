import type { Version } from "./contender.ts";

/** Canaries that are judged: what is wrong with them, and what both versions fail anyway, in percent. */
export const CANARIES = [
  "fails everything",
  "fails 20 times 1 %",
  "fails 5 times 1 %",
  "fails 20 times 0.1 %",
  "fails 5 times 0.1 %",
  "crashes every 5 s",
  "has no image",
  "healthy at 1 %",
  "both fail 5 %",
] as const;
export type CanaryKind = (typeof CANARIES)[number];

interface Kind {
  /** Of the requests that either version fails, in percent. */
  readonly base: number;
  /** Of the canary's requests that fail, in percent. */
  readonly fails: number;
  readonly variables?: Readonly<Record<string, string>>;
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
  "crashes every 5 s": { base: 0, fails: 0, variables: { FAIL_AFTER_SECONDS: "5" } },
  "has no image": { base: 0, fails: 0, tag: NO_SUCH_TAG },
  "healthy at 1 %": { base: 1, fails: 1 },
  "both fail 5 %": { base: 5, fails: 5 },
};

/** Canaries that nobody should take out. */
export const HEALTHY: readonly CanaryKind[] = ["healthy at 1 %", "both fail 5 %"];

/** The version that is there before, and the canary. */
export function versionsOf(kind: CanaryKind): { readonly stable: Version; readonly canary: Version } {
  const { base, fails, variables = {}, tag = "2.0.0" } = KINDS[kind];
  const failing = (percent: number): Readonly<Record<string, string>> =>
    percent === 0 ? {} : { FAIL_PERCENT: String(percent) };
  return {
    stable: { name: "stable", tag: "1.0.0", variables: failing(base) },
    canary: { name: "canary", tag, variables: { ...failing(fails), ...variables } },
  };
}
