import { ApiError, type KubernetesApi } from "../../cluster/api.ts";
import { autoscalersPath } from "../../cluster/objects.ts";
import { UserError } from "../../errors.ts";
import { TRACKS } from "../../model/names.ts";
import type { StagePlan } from "../../model/plan.ts";
import { ASK_FOUNDATION } from "./foundation-rights.ts";

interface TargetedAutoscaler {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly scaleTargetRef: { readonly kind: string; readonly name: string } };
}

/**
 * Looks whether autoscalers of a stage's tracks can do their work.
 * @throws UserError where the foundation is from before there were any, and for another one on the same Deployment
 */
export async function requireAutoscalers(
  api: KubernetesApi,
  namespace: string,
  { tracks }: StagePlan,
): Promise<void> {
  const scaled = TRACKS.map((track) => tracks[track]).filter(({ autoscaling }) => autoscaling);
  const [first] = scaled;
  if (!first) return;
  const found = await api.list<TargetedAutoscaler>(autoscalersPath(namespace)).catch((error: unknown) => {
    if (!(error instanceof ApiError) || error.status !== 403) throw error;
    throw new UserError(`the deployer may not scale ${first.name}: ${error.message}`, ASK_FOUNDATION);
  });
  const other = found.find(
    ({ metadata, spec: { scaleTargetRef: target } }) =>
      target.kind === "Deployment" &&
      metadata.name !== target.name &&
      scaled.some(({ name }) => name === target.name),
  );
  if (!other) return;
  const { name } = other.spec.scaleTargetRef;
  throw new UserError(
    `HorizontalPodAutoscaler ${other.metadata.name} scales Deployment ${name}, which replicas give an autoscaler of its own: two of them undo what the other one does`,
    `Delete it (kubectl -n ${namespace} delete hpa ${other.metadata.name}), or give replicas of that track a number.`,
  );
}
