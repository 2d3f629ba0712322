import { until as look } from "../../local/process/until.ts";

/** What a test waits for may have to be pulled, started and made ready on a machine that is busy with other tests. */
const WITHIN_MS = 60_000;

export interface Patience {
  /** What is waited for, for the failure's text: "the service answers". */
  readonly what?: string;
  readonly timeoutMs?: number;
  readonly everyMs?: number;
}

type Seen<T> = Exclude<T, false | null | undefined | "" | 0>;

/**
 * Waits until there is something to see, and fails the test when there is not.
 * @returns the first truthy answer
 * @throws Error when none came within the time, a minute by default; what `condition` throws
 */
export async function until<T>(
  condition: () => T | Promise<T>,
  { what = "the condition", timeoutMs = WITHIN_MS, everyMs = 100 }: Patience = {},
): Promise<Seen<T>> {
  const seen = await look(condition, { timeoutMs, everyMs });
  if (seen) return seen as Seen<T>;
  throw new Error(`${what}: not within ${timeoutMs / 1000} s`);
}
