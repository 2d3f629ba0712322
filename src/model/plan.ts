import type { PerTrack, Shares } from "./traffic.ts";

/** What one Deployment is to be in a stage. */
export interface TrackPlan {
  /** Name of the Deployment. */
  readonly name: string;
  /** The version that it runs. */
  readonly version: string;
  readonly replicas: number;
  /** Labels that tell its pods from all others: what the Deployment selects. */
  readonly identity: Readonly<Record<string, string>>;
  /** Labels of its pods: the identity, and whether they take traffic. */
  readonly labels: Readonly<Record<string, string>>;
  /** Annotations of its pods. */
  readonly annotations: Readonly<Record<string, string>>;
  /** Percent of the traffic that it gets by pods and weights. */
  readonly effectiveShare: number;
}

/** An evaluated stage: what a router makes of its shares. */
export interface StagePlan {
  readonly tracks: PerTrack<TrackPlan>;
  /** Percent of the traffic for each version, as asked for. */
  readonly intended: Shares;
  /** Percent of the traffic that the canary version gets by pods and weights. */
  readonly effectiveCanary: number;
  /** Labels that all pods of the application carry. */
  readonly selector: Readonly<Record<string, string>>;
}
