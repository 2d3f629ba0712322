import { type Deployment, wantedReplicas } from "./deployment.ts";

export type Rollout =
  | { readonly state: "complete" }
  | { readonly state: "progressing" | "failed"; readonly reason: string };

const SECONDS_OVER_START = 60;

/**
 * A rollout may go so long without any progress: a pod's own time to start and to count as available, and time to
 * place it and pull its image. Kubernetes refuses a deadline that is not over `minReadySeconds`.
 */
export const progressDeadlineSeconds = (app: { startSeconds: number; minReadySeconds: number }): number =>
  app.startSeconds + app.minReadySeconds + SECONDS_OVER_START;

/** A pod that had just turned ready was seen unready once more within this time, on a starved node (ADR 6). */
const STEADY_SECONDS = 2;

/**
 * How long the track that grows has to have been ready before the other one changes, in seconds: when that one's last
 * pods go, nothing else serves. An abandoned version is not kept for that: each second that a broken one serves on costs
 * more requests than a pod that turns unready once more, in one of some 200 starts.
 */
export const steadySeconds = (
  other: { replicas: number; version: string },
  app: { minReadySeconds: number },
  abandoned?: string,
): number =>
  other.replicas > 0 || other.version === abandoned ? 0 : Math.max(0, STEADY_SECONDS - app.minReadySeconds);

/**
 * How far a rollout is. The status speaks of an older specification until observedGeneration has caught up
 * (Kubernetes API conventions, "typical status properties"), so that comes first.
 */
export function rolloutOf(deployment: Deployment): Rollout {
  const { metadata, status = {} } = deployment;
  const wanted = wantedReplicas(deployment);
  if ((status.observedGeneration ?? 0) < (metadata?.generation ?? 0)) {
    return { state: "progressing", reason: "the controller has not seen the change yet" };
  }
  const progressing = status.conditions?.find((condition) => condition.type === "Progressing");
  if (progressing?.reason === "ProgressDeadlineExceeded") {
    return { state: "failed", reason: progressing.message ?? "its progress deadline is exceeded" };
  }
  const { replicas = 0, updatedReplicas = 0, availableReplicas = 0 } = status;
  if (updatedReplicas < wanted) return progress(`${updatedReplicas} of ${wanted} pods updated`);
  const old = replicas - updatedReplicas;
  if (old > 0) return progress(`${old} old ${old === 1 ? "pod" : "pods"} still to stop`);
  if (availableReplicas < wanted) return progress(`${availableReplicas} of ${wanted} pods ready`);
  return { state: "complete" };
}

/** Why no pods can be made, such as a quota that is full; undefined while they can. */
export function refusedPods({ status }: Deployment): string | undefined {
  return status?.conditions?.find(({ type }) => type === "ReplicaFailure")?.message;
}

/** Whether pods are refused by a ResourceQuota or a LimitRange, in the API server's words. */
export const isWithoutRoom = (message: string): boolean =>
  /exceeded quota|(maximum|minimum) (cpu|memory) usage per Container/.test(message);

const progress = (reason: string): Rollout => ({ state: "progressing", reason });
