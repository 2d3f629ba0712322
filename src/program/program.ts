import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { applicationIn } from "../application/application.ts";
import { growingTrack, NOTHING_LIVE, requireApis } from "../application/live.ts";
import type { KubernetesApi } from "../cluster/api.ts";
import { connect } from "../cluster/connect.ts";
import { giveTimeToRollOut, untilRolledOut } from "../cluster/rollouts.ts";
import { ownValues } from "../config/raw.ts";
import { type Config, parseConfig, requireCanaryOut } from "../config/stage.ts";
import { UserError } from "../errors.ts";
import { moveTo, releaseToAbort } from "../model/lifecycle.ts";
import { type Abort, recordAfter } from "../model/record.ts";
import { progressDeadlineSeconds } from "../model/rollout.ts";
import { routers as builtInRouters, routerOf } from "../routers/index.ts";
import type { Routers } from "../routers/router.ts";
import { declareApplication } from "./application.ts";
import { declareFoundation } from "./foundation.ts";
import { accessOf, foundingStackOf } from "./founding-stack.ts";
import {
  DEPLOYER_KUBECONFIG,
  EDGE_ADDRESS,
  type FoundingOutputs,
  type Outputs,
  stageOutputs,
} from "./outputs.ts";
import { podMaterial } from "./pod-material.ts";

/** What whoever runs the program knows beyond the stack's configuration; `pulumi up` knows nothing. */
export interface Known {
  /** What the founding stack exports, just read; else the engine is asked, which takes a while. */
  readonly founding?: FoundingOutputs | undefined;
  /** Who takes the canary out, and why: for the record of an abort. */
  readonly abort?: Abort | undefined;
  /** Folder with Pulumi.yaml; else the engine's word for it. */
  readonly directory?: string | undefined;
  /** Those that `router` in Pulumi.yaml can name; without it the project's own. */
  readonly routers?: Routers | undefined;
}

/**
 * Reads the stage, checks it against what is live, and declares it. Everything that can be refused is refused before
 * the first resource is registered.
 */
export async function program(known: Known = {}): Promise<Outputs> {
  try {
    const { routers = builtInRouters } = known;
    const config = parseConfig(ownValues(pulumi.runtime.allConfig(), pulumi.getProject()), routers);
    return await declareStage(config, pulumi.getStack(), { ...known, routers });
  } catch (error) {
    throw error instanceof UserError ? refusal(error) : error;
  }
}

/** Printed as its text alone. The SDK inspects every error in colour, which on Node 20 takes many seconds over a stack. */
function refusal(error: UserError): pulumi.RunError {
  const refused = new pulumi.RunError(error.toString());
  refused.stack = "";
  return refused;
}

async function declareStage(
  project: Config,
  stage: string,
  known: Known & { readonly routers: Routers },
): Promise<Outputs> {
  requireCanaryOut(stage, project);
  const router = routerOf(project, known.routers);
  const founding = await foundingStackOf(project, { stage, routers: known.routers, known: known.founding });

  const access = accessOf(founding);
  const api = access && (await connect(access));
  await requireApis(api, router.requires(project));
  const live = api ? await applicationIn(api, project).live(router.plan(project)) : NOTHING_LIVE;
  const override = project.lifecycleOverride ?? "";
  const move = moveTo({ ...project, stage, override }, live.record);
  const release = move === "abort" ? releaseToAbort(project.release, live.record) : project.release;
  const config = { ...project, release };
  const plan = router.plan(config);
  const material = await podMaterial(config, stage, plan, known.directory ?? pulumi.getRootDirectory());

  const leavesCanary = move === "rollback" || move === "abort";
  const abandoned = leavesCanary && release.canary !== release.previous ? release.canary : undefined;

  const { namespace, deployerKubeconfig, edgeAddress, beforeEdge } = await declareFoundation(
    founding,
    config,
    plan,
    router,
  );
  const { declare } = await router.loadEdge();
  const deployer = new k8s.Provider("deployer", {
    kubeconfig: deployerKubeconfig,
    enableServerSideApply: true,
    upsertExistingObjects: true,
    enableConfigMapMutable: true,
  });
  declareApplication({
    config,
    plan,
    material,
    namespace,
    edge: { declare, address: edgeAddress, after: beforeEdge },
    deployer,
    founding: founding.isThisStage,
    growing: growingTrack(router.live.canaryShareNow(live), plan.tracks.canary.effectiveShare),
    untilRolledOut: async ({ name, version }, steadySeconds) => {
      const cluster = api ?? (await connectAs(deployerKubeconfig));
      return version === abandoned
        ? giveTimeToRollOut(cluster, config.namespace, name, config.app.startSeconds)
        : untilRolledOut(cluster, config.namespace, name, progressDeadlineSeconds(config.app), {
            steadySeconds,
            startsAnew: true,
          });
    },
    abandoned,
    record: recordAfter(
      {
        stage,
        release: config.release,
        intended: plan.intended,
        effectiveCanary: plan.effectiveCanary,
        override,
        aborted: move === "abort" ? (known.abort ?? live.record?.aborted ?? UNEXPLAINED) : undefined,
      },
      live.record,
    ),
  });
  return {
    ...stageOutputs(stage, config, plan),
    ...(founding.isThisStage && { [DEPLOYER_KUBECONFIG]: deployerKubeconfig }),
    ...(edgeAddress !== undefined && { [EDGE_ADDRESS]: edgeAddress }),
  };
}

/** The abort that `pulumi up` makes: nobody said who or why. */
const UNEXPLAINED: Abort = { by: "", reason: "" };

/** Access to a cluster that this very update makes: waits until its kubeconfig is known. */
async function connectAs(kubeconfig: pulumi.Output<string>): Promise<KubernetesApi> {
  return connect({ kubeconfig: await new Promise<string>((resolve) => kubeconfig.apply(resolve)) });
}
