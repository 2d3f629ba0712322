import type { KubernetesApi } from "../cluster/api.ts";
import type { Release } from "../model/lifecycle.ts";
import type { Problem } from "./check.ts";
import { checks } from "./checks/index.ts";
import { type Measurement, measuredShare } from "./measurement.ts";
import { observe } from "./observed-stage.ts";
import type { LiveStage, VerificationOptions } from "./options.ts";

/** The four numbers, percent of the traffic for the canary version. Null where it was not, or could not be, asked. */
export interface FourShares {
  /** What the stage asks for. */
  readonly intended: number;
  /** What the pods that serve now and their weights give. */
  readonly effective: number | null;
  /** What the edge applies, by its own statistics. */
  readonly applied: number | null;
  /** What requests found. */
  readonly measured: number | null;
}

/** A stage measured and looked over. */
export interface Verification {
  /** Where requests were sent, and the host that they asked for where that is not the URL's own. */
  readonly url: string;
  readonly host: string | undefined;
  readonly stage: string;
  readonly release: Release;
  readonly shares: FourShares;
  readonly measurement: Measurement;
  /** What each check found, in the order in which they ran. */
  readonly checks: readonly { readonly name: string; readonly problems: readonly Problem[] }[];
  /** All that is not as it should be; empty when everything fits. */
  readonly problems: readonly Problem[];
  readonly fits: boolean;
}

/**
 * Runs every check of a live stage, one after the other.
 * @param onProgress told how many requests of the measurement are done
 * @throws UserError for what cannot be found out; the signal's reason when it is stopped
 */
export async function verifyStage(
  api: KubernetesApi,
  stage: LiveStage,
  options: VerificationOptions,
  onProgress?: (done: number) => void,
): Promise<Verification> {
  const observed = await observe(api, stage, options, onProgress);
  const results: Verification["checks"][number][] = [];
  for (const { name, run } of checks) results.push({ name, problems: await run(observed) });
  options.signal?.throwIfAborted();
  const measurement = await observed.measurement();
  const problems = results.flatMap((result) => result.problems);
  return {
    url: observed.target.url,
    host: observed.target.host,
    stage: stage.stage,
    release: stage.release,
    shares: {
      intended: stage.intended.canary,
      effective: (await observed.effective()) ?? null,
      applied: (await observed.applied()) ?? null,
      measured: measuredShare(measurement, stage.release.canary) ?? null,
    },
    measurement,
    checks: results,
    problems,
    fits: problems.length === 0,
  };
}
