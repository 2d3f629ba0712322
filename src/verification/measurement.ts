import { setMaxListeners } from "node:events";
import { fits, precisionPoints } from "../model/fit.ts";
import { ask, type Target } from "./requests.ts";

export interface MeasureOptions {
  /** At most so many requests. */
  readonly requests: number;
  /** Ends as soon as the share is known to so many percentage points, at 99 % confidence. */
  readonly precision?: number | undefined;
  /** Requests under way at once. */
  readonly concurrency?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number) => void) | undefined;
}

/** What requests to the edge say of the share. */
export interface Measurement {
  readonly requests: number;
  readonly failed: number;
  readonly failures: Readonly<Record<string, number>>;
  readonly byVersion: Readonly<Record<string, number>>;
}

const DEFAULT_CONCURRENCY = 8;
const LEAST_REQUESTS = 200;

/** Sends requests, each on a connection of its own, and counts which version answers. No request is repeated. */
export async function measure(target: Target, options: MeasureOptions): Promise<Measurement> {
  // Each request under way listens to it.
  if (options.signal) setMaxListeners(0, options.signal);
  const byVersion: Record<string, number> = {};
  const failures: Record<string, number> = {};
  let started = 0;
  let answered = 0;
  const enough = (): boolean =>
    started >= options.requests ||
    options.signal?.aborted === true ||
    preciseEnough(byVersion, answered, options);
  const worker = async (): Promise<void> => {
    while (!enough()) {
      started++;
      const answer = await ask(target, options.signal);
      if ("version" in answer) byVersion[answer.version] = (byVersion[answer.version] ?? 0) + 1;
      else failures[answer.failure] = (failures[answer.failure] ?? 0) + 1;
      answered++;
      options.onProgress?.(answered);
    }
  };
  await Promise.all(Array.from({ length: options.concurrency ?? DEFAULT_CONCURRENCY }, worker));
  const failed = Object.values(failures).reduce((sum, count) => sum + count, 0);
  return { requests: answered, failed, failures, byVersion };
}

function preciseEnough(
  byVersion: Readonly<Record<string, number>>,
  answered: number,
  { precision }: MeasureOptions,
): boolean {
  if (precision === undefined || answered < LEAST_REQUESTS) return false;
  // Every version's share has to be known; the one nearest to a half is the hardest to know.
  return Object.values(byVersion).every(
    (count) => precisionPoints(answered, (100 * count) / answered) <= precision,
  );
}

/** A measured share against what the pods and weights give. */
export interface Verdict {
  /** Percent of the answered requests that the canary answered. */
  readonly measured: number;
  readonly fits: boolean;
}

/** Whether a measurement fits the share that the canary version ought to get; no failed request is tolerated. */
export function judge(measurement: Measurement, canaryVersion: string, effectiveCanary: number): Verdict {
  const answered = measurement.requests - measurement.failed;
  const canary = measurement.byVersion[canaryVersion] ?? 0;
  return {
    measured: answered === 0 ? 0 : (100 * canary) / answered,
    fits: measurement.failed === 0 && fits(canary, answered, effectiveCanary),
  };
}
