import { mean } from "./look.ts";
import type { RestartParameters } from "./parameters.ts";

/** Restarts of a version's pods since the stage began, and how long they ran in all. */
export interface Restarts {
  readonly restarts: number;
  /** Seconds that its pods ran since then, all pods together. */
  readonly podSeconds: number;
}

/** Evidence that pods restart more often than healthy ones do: a likelihood ratio of Poisson processes. */
export function restartEvidence(
  { restarts, podSeconds }: Restarts,
  { rate, grid }: Pick<RestartParameters, "rate" | "grid">,
): number {
  return mean(grid.map((r) => r ** restarts * Math.exp(-rate * podSeconds * (r - 1))));
}

/** Whether the canary's pods restart too often: by the evidence, and more than twice as often a pod as the previous ones. */
export function restartsTooOften(
  canary: Restarts,
  previous: Restarts,
  parameters: RestartParameters,
): boolean {
  if (restartEvidence(canary, parameters) < parameters.alarm) return false;
  return canary.restarts * previous.podSeconds > 2 * previous.restarts * canary.podSeconds;
}
