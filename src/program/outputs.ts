import { z } from "zod";
import type { Config } from "../config/stage.ts";
import type { StagePlan, TrackPlan } from "../model/plan.ts";

const shares = z.object({ previous: z.number(), canary: z.number() });

const track = z.object({
  deployment: z.string(),
  version: z.string(),
  replicas: z.number(),
  annotations: z.record(z.string(), z.string()),
  effectiveShare: z.number(),
});

/** What a stage stack exports: the evaluated stage. Percent everywhere. */
export const outputsSchema = z.object({
  stage: z.string(),
  app: z.string(),
  namespace: z.string(),
  release: z.object({ previous: z.string(), canary: z.string() }),
  intended: shares,
  effective: shares,
  tracks: z.object({ previous: track, canary: track }),
});

export type Outputs = z.infer<typeof outputsSchema>;

/** Name of the founding stack's secret output with which all stages act. */
export const DEPLOYER_KUBECONFIG = "deployerKubeconfig";

/** Name of the founding stack's output with the address that is reserved for the edge. */
export const EDGE_ADDRESS = "edgeAddress";

/** What the founding stack exports for itself and for the other stages; its secrets in clear. */
export interface FoundingOutputs {
  readonly deployerKubeconfig: string;
  /** Where the edge's address is reserved beforehand. */
  readonly edgeAddress: string | undefined;
}

/** Those among a stack's outputs; undefined for a stack that was never applied, or is no founding one. */
export function foundingOutputs(outputs: Readonly<Record<string, unknown>>): FoundingOutputs | undefined {
  const { [DEPLOYER_KUBECONFIG]: deployerKubeconfig, [EDGE_ADDRESS]: edgeAddress } = outputs;
  if (typeof deployerKubeconfig !== "string") return undefined;
  return { deployerKubeconfig, edgeAddress: typeof edgeAddress === "string" ? edgeAddress : undefined };
}

/** The outputs of a stage. */
export function stageOutputs(stage: string, config: Config, plan: StagePlan): Outputs {
  const trackOutputs = ({ name, version, replicas, annotations, effectiveShare }: TrackPlan) => ({
    deployment: name,
    version,
    replicas,
    annotations: { ...annotations },
    effectiveShare,
  });
  return {
    stage,
    app: config.app.name,
    namespace: config.namespace,
    release: config.release,
    intended: plan.intended,
    effective: { previous: 100 - plan.effectiveCanary, canary: plan.effectiveCanary },
    tracks: { previous: trackOutputs(plan.tracks.previous), canary: trackOutputs(plan.tracks.canary) },
  };
}
