import type { PerTrack, Shares } from "./traffic.ts";

/** Between how many pods the cluster's autoscaler keeps a track, and by what. */
export interface Autoscaling {
  /** 1 at least: Kubernetes has no autoscaler that begins at none. */
  readonly min: number;
  readonly max: number;
  /** Percent of the CPU that the pods ask for, which they are to use on average. */
  readonly cpu: number;
}

/** What one Deployment is to be in a stage. */
export interface TrackPlan extends RoutedTrack {
  /** Image of its version, with tag or digest. */
  readonly image: string;
}

/** The part of it that is the router's to say. */
export interface RoutedTrack {
  /** Name of the Deployment. */
  readonly name: string;
  /** The version that it runs. */
  readonly version: string;
  /** Its pods; with `autoscaling` the least of them. */
  readonly replicas: number;
  /** What changes the number of its pods; undefined where that is fixed. */
  readonly autoscaling?: Autoscaling | undefined;
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
export interface StagePlan<T extends RoutedTrack = TrackPlan> {
  readonly tracks: PerTrack<T>;
  /** Percent of the traffic for each version, as asked for. */
  readonly intended: Shares;
  /** Percent of the traffic that the canary version gets by pods and weights. */
  readonly effectiveCanary: number;
  /** Labels that all pods of the application carry. */
  readonly selector: Readonly<Record<string, string>>;
}
