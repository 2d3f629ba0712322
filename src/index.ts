import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { declareApplication } from "./components/application.ts";
import { routers } from "./components/edge/index.ts";
import { type Config, parseConfig } from "./config.ts";
import { UserError } from "./errors.ts";
import { accessOf, declareFoundation, placeOf } from "./foundation.ts";
import { connect } from "./kubernetes.ts";
import { growingTrack, readLive, requireApis } from "./live.ts";
import { moveTo } from "./model/lifecycle.ts";
import { appNames } from "./model/names.ts";
import { recordAfter } from "./model/record.ts";
import { DEPLOYER_KUBECONFIG, type Outputs, stageOutputs } from "./outputs.ts";
import { untilRolledOut } from "./rollouts.ts";

/**
 * The program of every stage stack: reads the stage, checks it against what is live, and declares it. Everything
 * that can be refused is refused before the first resource is registered.
 */
export default async function program(): Promise<Outputs> {
  try {
    return await declareStage(parseConfig(stackConfig()), pulumi.getStack());
  } catch (error) {
    throw error instanceof UserError ? new pulumi.RunError(error.toString()) : error;
  }
}

async function declareStage(config: Config, stage: string): Promise<Outputs> {
  const router = routers[config.router];
  const plan = router.plan(config);
  const place = await placeOf(config, stage);

  const api = await connect(accessOf(place));
  await requireApis(api, router.requires);
  const names = appNames(config.app.name, config.namespace);
  const live = await readLive(api, config.namespace, names, plan);
  const override = config.lifecycleOverride ?? "";
  moveTo({ stage, release: config.release, lifecycle: config.lifecycle, override }, live.record);

  const { namespace, deployerKubeconfig } = await declareFoundation(place, config, plan, router);
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
    deployer,
    founding: place.founding,
    growing: growingTrack(live.deployments, router.podWeight, plan.tracks.canary.effectiveShare),
    untilRolledOut: (deployment) =>
      untilRolledOut(api, config.namespace, deployment, config.app.startSeconds),
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
  };
}

/** Every value of the project's namespace, by its key; objects come as JSON. */
function stackConfig(): Record<string, unknown> {
  const prefix = `${pulumi.getProject()}:`;
  const values = Object.entries(pulumi.runtime.allConfig()).filter(([key]) => key.startsWith(prefix));
  return Object.fromEntries(values.map(([key, text]) => [key.slice(prefix.length), parseValue(text)]));
}

const parseValue = (text: string): unknown => (/^[[{]/.test(text) ? JSON.parse(text) : text);
