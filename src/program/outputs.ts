import { z } from "zod";
import type { Config } from "../config/stage.ts";
import { UserError } from "../errors.ts";
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

/** Name of the foundation's secret output with which all stages act. */
export const DEPLOYER_KUBECONFIG = "deployerKubeconfig";

/** Name of the foundation's output with the address that is reserved for the edge. */
export const EDGE_ADDRESS = "edgeAddress";

/** What the foundation exports for the stages; its secrets in clear. */
export interface FoundationOutputs {
  readonly deployerKubeconfig: string;
  /** Where the edge's address is reserved beforehand. */
  readonly edgeAddress: string | undefined;
}

/** Those among a stack's outputs; undefined for a stack that was never applied, or is no foundation. */
export function foundationOutputs(outputs: Readonly<Record<string, unknown>>): FoundationOutputs | undefined {
  const { [DEPLOYER_KUBECONFIG]: deployerKubeconfig, [EDGE_ADDRESS]: edgeAddress } = outputs;
  if (typeof deployerKubeconfig !== "string") return undefined;
  return { deployerKubeconfig, edgeAddress: typeof edgeAddress === "string" ? edgeAddress : undefined };
}

/** What a stage is refused with before there is a foundation. @param detail how that was found out */
export const neverApplied = (founding: string, detail: string): UserError =>
  new UserError(
    `the foundation, stack ${founding}, was never applied${detail && `: ${detail}`}`,
    `Apply it first: canary foundation, or pulumi up -s ${founding}. It makes the namespace and the account that every stage works with.`,
  );

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
