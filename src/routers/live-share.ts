import type { Live } from "../application/live.ts";
import type { LiveTrack } from "../application/tracks.ts";
import type { Reading } from "../gate/counters.ts";
import type { Deviation } from "../model/conformance.ts";
import type { TrackName } from "../model/names.ts";
import type { StagePlan } from "../model/plan.ts";
import type { WeightOf } from "../model/pods.ts";
import type { ReleaseRecord } from "../model/record.ts";
import type { PerTrack } from "../model/traffic.ts";
import type { ShareRange, TrackMove } from "../model/transition.ts";

/** A move whose shares are to be told beforehand. */
export interface ForeseenMove {
  readonly live: Live;
  readonly plan: StagePlan;
  readonly moves: PerTrack<TrackMove>;
  /** The track that rolls first. */
  readonly growing: TrackName;
}

/** What is live, as far as it decides which version a served share is of. */
export type LiveRelease = Pick<ReleaseRecord, "release" | "intended">;

/** What the router's own objects in the cluster say about traffic now. */
export interface LiveTraffic {
  /**
   * Percent of the traffic that they give the canary's Deployment, whatever the record says: a move may have ended between
   * them. Undefined where they do not say, as there are none, or as the pods say it.
   */
  readonly canaryShare?: number | undefined;
  /**
   * Percent of the traffic that the canary version is given now, by the pods that serve; undefined when nothing takes
   * traffic.
   */
  readonly servedShare: (tracks: PerTrack<LiveTrack>, live: LiveRelease) => number | undefined;
  /** Where the router's own objects are not what a stage's plan asks for: the weights of a route, say. */
  readonly deviations: (plan: StagePlan) => readonly Deviation[];
}

/** The application whose traffic a program carries. */
export interface ServedStage {
  readonly namespace: string;
  readonly plan: StagePlan;
}

/** PromQL of one version's counters: a series for each server, with a label `pod`, and `instance` for who counts. */
export interface CounterQueries {
  readonly requests: string;
  readonly failures: string;
}

/** Statistics of the program that carries the traffic: what it does at this moment, whatever it was told. */
export interface DataPlane {
  /** As it stands in sentences: `HAProxy`. */
  readonly name: string;
  /** What its statistics are and where, for the help of `--stats`: `HAProxy's statistics as CSV, http://HOST:PORT/;csv`. */
  readonly statistics: string;
  /** Whether they say which namespace a pod is in: where not, another application's may have the same names. */
  readonly tellsNamespaces: boolean;
  /**
   * Percent of the traffic that it gives the canary's pods; undefined when it gives none to either track.
   * @param url where its statistics are
   * @throws UserError when they cannot be read, or are another application's
   */
  readonly appliedShare: (url: string, stage: ServedStage) => Promise<number | undefined>;
  /**
   * Requests that each of the application's pods has had, and how many failed, since the program began.
   * @throws UserError as `appliedShare` does
   */
  readonly counters: (url: string, stage: ServedStage) => Promise<Reading>;
  /**
   * The same counters of a Deployment's pods as Prometheus has them; undefined where the program has no exporter.
   * @param matchers further label matchers, such as `namespace="shop"`
   */
  readonly queries?: ((deployment: string, matchers: readonly string[]) => CounterQueries) | undefined;
}

/** How a router's shares are told from what is live. */
export interface LiveShare {
  /** Of pods behind a router that keeps its weights elsewhere: 1 for each. */
  readonly podWeight: WeightOf;
  /**
   * Percent of the traffic that the canary's Deployment is asked to get now; undefined when nothing takes any. A move
   * that gives it more rolls the canary first.
   */
  readonly canaryShareNow: (live: Live) => number | undefined;
  /** The least and the greatest share of the canary track while a move goes on. */
  readonly shareDuringMove: (move: ForeseenMove) => ShareRange;
  /** Undefined where no program of the router's own carries the traffic. */
  readonly dataPlane?: DataPlane;
}
