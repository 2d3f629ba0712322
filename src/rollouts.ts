import { UserError } from "./errors.ts";
import type { KubernetesApi } from "./kubernetes.ts";
import { deploymentPath, type LiveDeployment } from "./live.ts";
import { type Rollout, rolloutOf } from "./model/rollout.ts";

const POLL_MS = 100;

/**
 * Waits until every pod of a Deployment is of its newest specification and ready: observed here, because the
 * Kubernetes provider's own wait can end on a status from before the change.
 * @param timeoutSeconds how long it may make no progress
 * @throws UserError when the rollout fails or stands still for so long
 */
export async function untilRolledOut(
  api: KubernetesApi,
  namespace: string,
  name: string,
  timeoutSeconds: number,
): Promise<void> {
  let end = Date.now() + timeoutSeconds * 1000;
  let reason = "";
  for (;;) {
    const rollout = await readRollout(api, deploymentPath(namespace, name));
    if (rollout.state === "complete") return;
    if (rollout.reason !== reason) end = Date.now() + timeoutSeconds * 1000;
    reason = rollout.reason;
    if (rollout.state === "failed" || Date.now() > end) {
      const time = rollout.state === "failed" ? "" : ` after ${timeoutSeconds} s without progress`;
      throw new UserError(
        `Deployment ${namespace}/${name} is not rolled out${time}: ${rollout.reason}`,
        `What takes less traffic was left as it was. See: kubectl -n ${namespace} describe deployment ${name}`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/**
 * Waits for a rollout that nothing may depend on, as pods of a version that may be broken: until it is complete, or
 * has failed, or has made no progress for so long. Nothing is thrown for it.
 */
export async function giveTimeToRollOut(...rollout: Parameters<typeof untilRolledOut>): Promise<void> {
  try {
    await untilRolledOut(...rollout);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
  }
}

/** An API server that is away for a moment ends no rollout. */
async function readRollout(api: KubernetesApi, path: string): Promise<Rollout> {
  try {
    const deployment = await api.get<LiveDeployment>(path);
    return deployment ? rolloutOf(deployment) : { state: "progressing", reason: "it is not there" };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { state: "progressing", reason: error.message };
  }
}
