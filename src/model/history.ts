import { z } from "zod";

/** How a move ended. */
export const RESULTS = ["done", "failed", "does not fit", "cancelled", "judged"] as const;

/** Requests of a version, and how many of them failed. */
const counts = z.object({ requests: z.number(), failed: z.number() });

/** One move of a release, as the cluster remembers it. */
export const historyEntry = z.object({
  /** When it began, RFC 3339. */
  time: z.iso.datetime(),
  /** `alice@laptop` */
  who: z.string(),
  move: z.string(),
  stage: z.string(),
  release: z.object({ previous: z.string(), canary: z.string() }),
  /** Percent of the traffic for the canary, by pods and weights. */
  effective: z.number(),
  /** Percent of the traffic for the canary, by requests; null where none were made. */
  measured: z.number().nullable(),
  /** Why the lifecycle was overridden; empty when it was not. */
  override: z.string(),
  result: z.enum(RESULTS),
  /** From taking the lock to the end. */
  seconds: z.number(),
  /** What went wrong, or what was judged. */
  reason: z.string().optional(),
  /** What the health gate found, where it judged. */
  verdict: z
    .object({
      decision: z.enum(["harm", "fine", "go on"]),
      looks: z.number(),
      canary: counts,
      previous: counts,
      /** Of harm: chance alone reaches x in one of x soaks. */
      evidence: z.number(),
      /** "At most twice as often plus this", as a part of the requests. */
      bound: z.number(),
    })
    .optional(),
});

export type HistoryEntry = z.infer<typeof historyEntry>;

/** So many moves are kept: a ConfigMap holds a mebibyte, a move takes half a kibibyte. */
export const KEPT_MOVES = 50;

/** The entries in a history's text, newest first; lines that are none are left out. */
export function parseHistory(text: string): HistoryEntry[] {
  return text.split("\n").flatMap((line) => {
    const parsed = historyEntry.safeParse(parseLine(line));
    return parsed.success ? [parsed.data] : [];
  });
}

/** A history's text with one more entry at its head. */
export function withEntry(text: string, entry: HistoryEntry): string {
  const lines = [JSON.stringify(entry), ...text.split("\n").filter((line) => line !== "")];
  return `${lines.slice(0, KEPT_MOVES).join("\n")}\n`;
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
