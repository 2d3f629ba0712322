import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { growingTrack, NOTHING_LIVE, readLive, requireApis } from "../application/live.ts";
import { connect, type KubernetesApi } from "../cluster/api.ts";
import { giveTimeToRollOut, untilRolledOut } from "../cluster/rollouts.ts";
import { type Config, parseConfig } from "../config/stage.ts";
import { UserError } from "../errors.ts";
import { moveTo } from "../model/lifecycle.ts";
import { appNames } from "../model/names.ts";
import { recordAfter } from "../model/record.ts";
import { progressDeadlineSeconds } from "../model/rollout.ts";
import { routerOf } from "../routers/index.ts";
import { declareApplication } from "./application.ts";
import { declareFoundation } from "./foundation.ts";
import { accessOf, placeOf } from "./founding.ts";
import {
  DEPLOYER_KUBECONFIG,
  EDGE_ADDRESS,
  type FoundingOutputs,
  type Outputs,
  stageOutputs,
} from "./outputs.ts";

/**
 * Reads the stage, checks it against what is live, and declares it. Everything that can be refused is refused before
 * the first resource is registered.
 * @param founding what the founding stack exports, from whoever has just read it; else the engine is asked, which takes
 * a while
 */
export async function program(founding?: FoundingOutputs): Promise<Outputs> {
  try {
    return await declareStage(parseConfig(stackConfig()), pulumi.getStack(), founding);
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
  config: Config,
  stage: string,
  founding: FoundingOutputs | undefined,
): Promise<Outputs> {
  const router = routerOf(config);
  const plan = router.plan(config);
  const place = await placeOf(config, stage, founding);

  const access = accessOf(place);
  const api = access && (await connect(access));
  await requireApis(api, router.requires(config));
  const names = appNames(config.app.name, config.namespace);
  const live = api ? await readLive(api, config.namespace, names, plan) : NOTHING_LIVE;
  const override = config.lifecycleOverride ?? "";
  const move = moveTo({ stage, release: config.release, lifecycle: config.lifecycle, override }, live.record);

  const abandoned = move === "rollback" ? config.release.canary : undefined;

  const { namespace, deployerKubeconfig, edgeAddress, beforeEdge } = await declareFoundation(
    place,
    config,
    plan,
    router,
  );
  const deployer = new k8s.Provider("deployer", {
    kubeconfig: deployerKubeconfig,
    enableServerSideApply: true,
    upsertExistingObjects: true,
    enableConfigMapMutable: true,
  });
  declareApplication({
    config,
    plan,
    router,
    namespace,
    edge: { address: edgeAddress, after: beforeEdge },
    deployer,
    founding: place.founding,
    growing: growingTrack(router.canaryShareNow(live), plan.tracks.canary.effectiveShare),
    untilRolledOut: async ({ name, version }, steadySeconds) => {
      const cluster = api ?? (await connectAs(deployerKubeconfig));
      return version === abandoned
        ? giveTimeToRollOut(cluster, config.namespace, name, config.app.startSeconds)
        : untilRolledOut(cluster, config.namespace, name, progressDeadlineSeconds(config.app), steadySeconds);
    },
    abandoned,
    record: recordAfter(
      {
        stage,
        release: config.release,
        intended: plan.intended,
        effectiveCanary: plan.effectiveCanary,
        override,
      },
      live.record,
    ),
  });
  return {
    ...stageOutputs(stage, config, plan),
    ...(place.founding && { [DEPLOYER_KUBECONFIG]: deployerKubeconfig }),
    ...(edgeAddress !== undefined && { [EDGE_ADDRESS]: edgeAddress }),
  };
}

/** Access to a cluster that this very update makes: waits until its kubeconfig is known. */
async function connectAs(kubeconfig: pulumi.Output<string>): Promise<KubernetesApi> {
  return connect({ kubeconfig: await new Promise<string>((resolve) => kubeconfig.apply(resolve)) });
}

/** Every value of the project's namespace, by its key; objects come as JSON. */
function stackConfig(): Record<string, unknown> {
  const prefix = `${pulumi.getProject()}:`;
  const values = Object.entries(pulumi.runtime.allConfig()).filter(([key]) => key.startsWith(prefix));
  return Object.fromEntries(values.map(([key, text]) => [key.slice(prefix.length), parseValue(text)]));
}

const parseValue = (text: string): unknown => (/^[[{]/.test(text) ? JSON.parse(text) : text);
