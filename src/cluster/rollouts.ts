import { UserError } from "../errors.ts";
import type { Deployment } from "../model/deployment.ts";
import { podProblem } from "../model/pods.ts";
import { isWithoutRoom, type Rollout, refusedPods, rolloutOf } from "../model/rollout.ts";
import { ApiError, type KubernetesApi } from "./api.ts";
import { deploymentPath, readPods } from "./objects.ts";

type Unfinished = Exclude<Rollout, { state: "complete" }>;

const POLL_MS = 50;
/** A kubelet's message may repeat itself over many lines; `canary status` has all of it. */
const LONGEST_REASON = 200;

/** Where what is refused would be let in: the end of a hint. */
const ROOM =
  "\nThe foundation gives the namespace room for what the project's files say: an administrator applies it anew by canary foundation.";

export interface RolloutOptions {
  /** How long it has to have been complete. */
  readonly steadySeconds?: number | undefined;
  /**
   * A rollout that Kubernetes had given up before gets its time anew: what stood in its way may be gone, as a quota that
   * was raised, and the controller may take a minute to try again.
   */
  readonly startsAnew?: boolean | undefined;
}

/**
 * Waits until every pod of a Deployment is of its newest specification and ready: observed here, because the
 * Kubernetes provider's own wait can end on a status from before the change.
 * @param timeoutSeconds how long it may make no progress
 * @throws UserError when the rollout fails or stands still for so long, with what its pods say of it
 */
export async function untilRolledOut(
  api: KubernetesApi,
  namespace: string,
  name: string,
  timeoutSeconds: number,
  { steadySeconds = 0, startsAnew = false }: RolloutOptions = {},
): Promise<void> {
  let completeSince: number | undefined;
  const isGivenUp = patience(timeoutSeconds, !startsAnew);
  for (;;) {
    const rollout = await readRollout(api, deploymentPath(namespace, name));
    if (rollout.state === "complete") {
      completeSince ??= Date.now();
      if (Date.now() - completeSince >= steadySeconds * 1000) return;
    } else {
      completeSince = undefined;
      if (isGivenUp(rollout)) throw await notRolledOut(api, namespace, name, rollout, timeoutSeconds);
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** Tells, look by look, whether a rollout that is not complete has failed, or has made no progress for so long. */
function patience(timeoutSeconds: number, failsAtOnce: boolean): (rollout: Unfinished) => boolean {
  let end = Date.now() + timeoutSeconds * 1000;
  let before = "";
  let mayFail = failsAtOnce;
  return ({ state, reason }) => {
    if (reason !== before) end = Date.now() + timeoutSeconds * 1000;
    before = reason;
    mayFail ||= state === "progressing";
    return (state === "failed" && mayFail) || Date.now() > end;
  };
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

async function notRolledOut(
  api: KubernetesApi,
  namespace: string,
  name: string,
  { state, reason }: Unfinished,
  timeoutSeconds: number,
): Promise<UserError> {
  const time = state === "failed" ? "" : ` after ${timeoutSeconds} s without progress`;
  const reasons = [reason, ...(await rolloutProblems(api, namespace, name))];
  const room = reasons.some(isWithoutRoom) ? ROOM : "";
  return new UserError(
    `Deployment ${namespace}/${name} is not rolled out${time}: ${reasons.map(brief).join("; ")}`,
    `What takes less traffic was left as it was. See: kubectl -n ${namespace} describe deployment ${name}${room}`,
  );
}

function brief(reason: string): string {
  const text = reason.replace(/\.$/, "");
  return text.length > LONGEST_REASON ? `${text.slice(0, LONGEST_REASON - 1)}…` : text;
}

/** What the newest pods of a Deployment say, one for each state, and why there are no more; nothing where that cannot be asked. */
async function rolloutProblems(api: KubernetesApi, namespace: string, name: string): Promise<string[]> {
  try {
    const deployment = await api.get<Deployment>(deploymentPath(namespace, name));
    const podsOf = await readPods(api, namespace, deployment?.spec.selector?.matchLabels ?? {});
    const newest = podsOf(name)[0]?.pods ?? [];
    const byState = new Map(newest.map((pod) => [pod.state, podProblem(pod)]));
    return [deployment && refusedPods(deployment), ...byState.values()].filter((text) => text !== undefined);
  } catch (error) {
    if (!isOfCluster(error)) throw error;
    return [];
  }
}

/** An API server that is away for a moment, or still reads its Roles after a start, ends no rollout. */
async function readRollout(api: KubernetesApi, path: string): Promise<Rollout> {
  try {
    const deployment = await api.get<Deployment>(path);
    return deployment ? rolloutOf(deployment) : { state: "progressing", reason: "it is not there" };
  } catch (error) {
    if (!isOfCluster(error)) throw error;
    return { state: "progressing", reason: error.message };
  }
}

/** Whether the cluster failed, or refused: anything else is a defect of ours. */
const isOfCluster = (error: unknown): error is UserError | ApiError =>
  error instanceof UserError || error instanceof ApiError;
