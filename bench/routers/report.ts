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

/** Promotions between two shares, with as many pods; each number is the seconds of one. */
export interface Promotions {
  readonly pods: { readonly previous: number; readonly canary: number };
  /** The whole command, without the measuring. */
  readonly command: readonly number[];
  /** Of these, parts that the command itself timed. */
  readonly parts: Readonly<Record<string, readonly number[]>>;
  /** `kubectl apply --server-side` of the same object. */
  readonly kubectl: readonly number[];
  /** From then on until what carries the traffic has the share. */
  readonly followed: readonly number[];
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
    /** Where a promotion between shares changes one object. */
    readonly promotions?: readonly Promotions[] | undefined;
  }[];
}
