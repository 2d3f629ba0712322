import { setTimeout as delay } from "node:timers/promises";
import { ApiError, type KubernetesApi } from "../../cluster/api.ts";
import { UserError } from "../../errors.ts";
import type { StagePlan } from "../../model/plan.ts";
import type { GatewayConfig } from "./schema.ts";

/** What the waits for a route look at. */
export interface Waited {
  readonly api: KubernetesApi;
  readonly config: GatewayConfig;
  readonly plan: StagePlan;
  /** Told what could not be looked at, and what is done instead. */
  readonly warn: (text: string) => void;
  /** How long the waits may take; without it the router's own. */
  readonly patience?: Patience | undefined;
}

/** Seconds. */
export interface Patience {
  /** A controller may be starting again. */
  readonly observed: number;
  /** The first word about a new route may be of Services that the controller has not seen yet. */
  readonly refused: number;
  /** An Envoy is told within a fraction of a second. */
  readonly followed: number;
  /** An Envoy that does not answer for so long is not waited for. */
  readonly unread: number;
}

const PATIENCE: Patience = { observed: 60, refused: 5, followed: 30, unread: 3 };

export const patienceOf = ({ patience }: Waited): Patience => patience ?? PATIENCE;

const POLL_MS = 50;

/**
 * Looks until nothing is missing. An API server that is away for a moment ends no wait.
 * @param missing what is still to come, as a text; undefined once nothing is
 * @throws what `failure` makes of the last reason, once the time is over; what `missing` throws besides errors of the cluster
 */
export async function until(
  seconds: number,
  failure: (reason: string) => UserError,
  missing: () => Promise<string | undefined>,
): Promise<void> {
  const end = performance.now() + seconds * 1000;
  for (;;) {
    const reason = await missing().catch(awayText);
    if (reason === undefined) return;
    if (performance.now() > end) throw failure(reason);
    await delay(POLL_MS);
  }
}

function awayText(error: unknown): string {
  if (error instanceof UserError || error instanceof ApiError) return error.message;
  throw error;
}
