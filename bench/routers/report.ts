import type { Reach } from "./reach.ts";

/** One move of a release, as it was measured. */
export interface MeasuredMove {
  readonly stage: string;
  /** Percent of the traffic for the canary version. */
  readonly intended: number;
  readonly effective: number;
  readonly measured: number;
  readonly fits: boolean;
  /** From the start of the preview until the cluster has rolled out. */
  readonly seconds: number;
  /** Pods that take the place of others. */
  readonly replaced: number;
  /** Pods when the stage is in place. */
  readonly pods: number;
  /** Most pods at a time during the move. */
  readonly mostPods: number;
  /** Requests of the steady load and of the measurement. */
  readonly requests: number;
  readonly failed: number;
}

/** `reports/routers.json`. */
export interface Report {
  readonly cores: number;
  /** Processes that wanted to run, in the last minute: above the cores, times are longer than they have to be. */
  readonly load: number;
  readonly routers: readonly {
    readonly router: string;
    readonly reach: Reach;
    readonly moves: readonly MeasuredMove[];
  }[];
}
