import type { Release } from "../model/lifecycle.ts";
import type { Shares } from "../model/traffic.ts";
import type { EvaluatedStage } from "../project/evaluate.ts";
import type { Trust, VersionRule } from "./probe.ts";

/** A stage that is live, with what the cluster says of it. */
export interface LiveStage extends EvaluatedStage {
  readonly release: Release;
  readonly intended: Shares;
}

/** How often each pod's containers were restarted so far, by the pod's name. */
export type RestartCounts = ReadonlyMap<string, number>;

/** How a stage is verified. */
export interface VerificationOptions extends Trust {
  /** At most so many requests. */
  readonly requests: number;
  /** Enough when the share is known to so many percentage points; without it all requests are sent. */
  readonly precision?: number | undefined;
  /** Where the traffic comes in; undefined for the edge's own address, with the scheme of its configuration. */
  readonly url?: string | undefined;
  /** The host name that is asked for; undefined for that of the edge's configuration (`targetOf` says when). */
  readonly host?: string | undefined;
  readonly rule: VersionRule;
  /** After a move, the edge and what still rolls out may take so long to get where they are going. */
  readonly settleSeconds?: number | undefined;
  /** After the first move, the edge may take so long to have an address. */
  readonly addressSeconds?: number | undefined;
  /** HAProxy's statistics as CSV; without it what is applied there is not asked. */
  readonly stats?: string | undefined;
  /** After a move: the restarts of each pod when it began. */
  readonly restartsBefore?: RestartCounts | undefined;
  readonly signal?: AbortSignal | undefined;
}
