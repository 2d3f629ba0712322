import type { StatusJson } from "../../contract.ts";

export type Track = NonNullable<StatusJson["live"]>["tracks"]["canary"];
export type ReplicaSet = Track["replicaSets"][number];
export type Pod = ReplicaSet["pods"][number];

/** Pods with trouble first, then those that were restarted; else as they came. What is wrong must not be on the last page. */
export function byTrouble(pods: readonly Pod[]): readonly Pod[] {
  return [...pods].sort((one, other) => rank(one) - rank(other));
}

const rank = ({ serving, restarts }: Pod): number => (serving ? (restarts > 0 ? 1 : 2) : 0);

/** What a set of pods comes to: `3 of 4 ready`. */
export function readiness(pods: readonly Pod[]): { readonly ready: number; readonly all: number } {
  return { ready: pods.filter(({ serving }) => serving).length, all: pods.length };
}

export const podsOf = ({ replicaSets }: Track): readonly Pod[] => replicaSets.flatMap(({ pods }) => pods);
