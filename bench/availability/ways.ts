import type { Release } from "../../src/model/lifecycle.ts";
import type { Replicas } from "../../src/model/traffic.ts";
import type { ShareRange } from "../../src/model/transition.ts";

export type WayName = "program" | "walkthrough";
export type Stage = "canary-25" | "canary-75" | "canary-100";

/** One step of a cycle: which stage of which release comes next. */
export interface Step {
  readonly stage: Stage;
  readonly release: Release;
}

/** What a step came to. */
export interface Moved {
  /** What the step is called: promotion, rollback, new release. */
  readonly move: string;
  /** The canary track's share that the pods and weights make when the step is over, in percent. */
  readonly share: number;
  /** The range that the way promises for that share meanwhile; undefined where it promises none. */
  readonly bound: ShareRange | undefined;
}

/** A way of bringing an application through its stages, in a namespace of its own. */
export interface Way {
  readonly name: WayName;
  readonly namespace: string;
  /** Takes the application to a stage, and ends when both its Deployments are rolled out. */
  move(step: Step): Promise<Moved>;
}

/** The previous track keeps its pods until the last stage; there the canary's take its place. */
export function replicasAt(stage: Stage, replicas: Replicas): Replicas {
  return stage === "canary-100" ? { previous: 0, canary: replicas.previous } : replicas;
}

/** Ready pods of both tracks together that a stage asks for. */
export function podsAt(stage: Stage, replicas: Replicas): number {
  const { previous, canary } = replicasAt(stage, replicas);
  return previous + canary;
}

const VERSIONS = ["2.4.18", "2.4.20", "2.4.23"] as const;
const versionAt = (index: number): string => VERSIONS[index % VERSIONS.length] ?? VERSIONS[0];

const releaseAt = (index: number): Release => ({ previous: versionAt(index), canary: versionAt(index + 1) });

export const firstStep: Step = { stage: "canary-25", release: releaseAt(0) };

/** From canary-25 up to canary-100, on with the next release, one stage up and back: ends where the next cycle begins. */
export function cycleSteps(cycle: number): Step[] {
  const [release, next] = [releaseAt(cycle), releaseAt(cycle + 1)];
  return [
    { stage: "canary-75", release },
    { stage: "canary-100", release },
    { stage: "canary-25", release: next },
    { stage: "canary-75", release: next },
    { stage: "canary-25", release: next },
  ];
}
