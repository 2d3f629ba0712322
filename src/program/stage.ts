import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { applicationIn } from "../application/application.ts";
import { growingTrack, type Live, requireApis } from "../application/live.ts";
import type { KubernetesApi } from "../cluster/api.ts";
import { connect } from "../cluster/connect.ts";
import { requireNothingForeign } from "../cluster/foreign.ts";
import { autoscalerPath, configMapPath, deploymentPath } from "../cluster/objects.ts";
import { giveTimeToRollOut, untilRolledOut } from "../cluster/rollouts.ts";
import { versionOf } from "../config/app/versions.ts";
import { type Config, requireCanaryOut } from "../config/stage.ts";
import { wantedReplicas } from "../model/deployment.ts";
import { moveTo, releaseToAbort, requireKnownStage } from "../model/lifecycle.ts";
import { appNames, TRACKS, type TrackName } from "../model/names.ts";
import type { StagePlan } from "../model/plan.ts";
import { type Abort, type ReleaseRecord, recordAfter } from "../model/record.ts";
import { progressDeadlineSeconds } from "../model/rollout.ts";
import { hasBothVersions, letsGoOn, verdictOn, verdictRefusal } from "../model/verdict.ts";
import { canaryShareNow } from "../routers/live.ts";
import type { Router } from "../routers/router.ts";
import { declareApplication } from "./application.ts";
import { stageHooks } from "./hooks.ts";
import { requireWayBack } from "./only-back.ts";
import { type FoundationOutputs, type Outputs, stageOutputs } from "./outputs.ts";
import { ownRun } from "./own-run.ts";
import { stageScaling } from "./scaling.ts";
import { exportedBy } from "./stack-outputs.ts";
import { deleteObjects, objectsOfStage } from "./version-objects.ts";
import { evaluateVersions, recordedOf } from "./versions.ts";

/** What whoever runs a stage knows beyond its configuration. */
export interface KnownOfStage {
  /** What the foundation exports, just read; else the engine is asked, which takes a while. */
  readonly foundation?: FoundationOutputs | undefined;
  /** Who takes the canary out, and why: for the record of an abort. */
  readonly abort?: Abort | undefined;
  /** It goes back, to what was live before. */
  readonly isWayBack?: boolean | undefined;
  /** Folder with Pulumi.yaml; else the engine's word for it. */
  readonly directory?: string | undefined;
  /** Whoever runs it looks at somebody else's objects itself. */
  readonly looksAtForeign?: boolean | undefined;
  /** Whoever runs it holds the application's lock, and writes the history. */
  readonly holdsLock?: boolean | undefined;
}

/**
 * Checks a stage against what is live, and declares it. Everything that can be refused is refused before the first
 * resource is registered.
 * @throws UserError, Refusal for what stands in the way
 */
export async function declareStage(
  project: Config,
  stage: string,
  router: Router,
  known: KnownOfStage,
): Promise<Outputs> {
  requireKnownStage(stage, project);
  requireCanaryOut(stage, project);
  const asked = router.plan(project);
  const { deployerKubeconfig, edgeAddress } = known.foundation ?? (await exportedBy(project.founding));
  const api = await connect({ exported: deployerKubeconfig });
  await requireApis(api, router.requires(project));
  const application = applicationIn(api, project);
  const live = await application.live(asked);
  if (!live.record && !project.takeOver && !known.looksAtForeign) {
    await requireNothingForeign(api, objectPaths(project, asked, router));
  }
  const override = project.lifecycleOverride ?? "";
  const move = moveTo({ ...project, stage, override }, live.record);
  requireWayBack(stage, move);
  if (move === "promotion" && !override) await requireVerdict(api, project, stage, live.record);
  const release = move === "abort" ? releaseToAbort(project.release, live.record) : project.release;
  const leavesCanary = move === "rollback" || move === "abort";
  const { config, plan, material } = await evaluateVersions({
    api,
    stage,
    config: { ...project, release },
    router,
    directory: known.directory ?? pulumi.getRootDirectory(),
    record: live.record,
    isWayBack: leavesCanary || known.isWayBack === true,
  });
  if (!leavesCanary) await router.check?.(api, config, plan);
  const hooks = await stageHooks(api, { config, stage, move, live: live.record, material });
  const objects = await objectsOfStage(api, { namespace: config.namespace, plan, material, live });
  const abandoned = leavesCanary && release.canary !== release.previous ? release.canary : undefined;

  const shareNow = await canaryShareNow(api, { config, router }, live);
  const growing = growingTrack(shareNow, plan.tracks.canary.effectiveShare);
  const own = ownRun({ application, live: live.record, stage, isLed: known.holdsLock === true });
  const deployer = new k8s.Provider("deployer", {
    kubeconfig: pulumi.secret(deployerKubeconfig),
    enableServerSideApply: true,
    upsertExistingObjects: true,
    enableConfigMapMutable: true,
  });
  declareApplication({
    config,
    plan,
    material,
    edge: { ...(await router.loadEdge()), address: edgeAddress },
    api,
    deployer,
    growing,
    beforeEdge: tracksBeforeEdge(router, live, plan, growing),
    untilRolledOut: ({ name, version }, steadySeconds) => {
      const { app } = versionOf(config, version);
      return version === abandoned
        ? giveTimeToRollOut(api, config.namespace, name, app.startSeconds)
        : untilRolledOut(api, config.namespace, name, progressDeadlineSeconds(app), {
            steadySeconds,
            startsAnew: true,
          });
    },
    abandoned,
    scaling: stageScaling({
      ...{ router, api, namespace: config.namespace, plan },
      live: { ...live, canaryShareNow: shareNow },
    }),
    mayChange: own.mayChange,
    afterwards: async () => {
      await deleteObjects(api, config.namespace, objects.unneeded);
      await hooks.clearUp();
      const { effectiveCanary } = plan;
      await own.done({ stage, move, release: config.release, effective: effectiveCanary, override });
    },
    hooks,
    record: recordAfter(
      {
        stage,
        release: config.release,
        intended: plan.intended,
        effectiveCanary: plan.effectiveCanary,
        override,
        versions: recordedOf(material, release),
        objects: objects.listed,
        hooks: hooks.done,
        writtenBy: own.who,
        aborted: move === "abort" ? (known.abort ?? live.record?.aborted ?? UNEXPLAINED) : undefined,
      },
      live.record,
    ),
  });
  return stageOutputs(stage, config, plan);
}

/** @throws Refusal where the live stage is left without the verdict that `gate.required` asks for */
async function requireVerdict(
  api: KubernetesApi,
  { gate, ...project }: Config,
  to: string,
  live: ReleaseRecord | undefined,
): Promise<void> {
  if (!gate?.required || !live || !hasBothVersions(live.intended)) return;
  const verdict = verdictOn(live, await applicationIn(api, project).history());
  if (!letsGoOn(verdict, gate.unknown)) throw verdictRefusal(live.stage, to, verdict);
}

/** API paths of the objects that a stage declares by names that do not change. */
function objectPaths(config: Config, { tracks }: StagePlan, router: Router): string[] {
  const { namespace, app } = config;
  const { previous, canary } = tracks;
  return [
    ...[previous, canary].flatMap(({ name, autoscaling }) => [
      deploymentPath(namespace, name),
      ...(autoscaling ? [autoscalerPath(namespace, name)] : []),
    ]),
    configMapPath(namespace, appNames(app.name, namespace).record),
    ...router.edgePaths(config),
  ];
}

/** What grows, and what has no pods yet where the edge holds the shares: it would lead requests to nobody. */
function tracksBeforeEdge(
  { edgeHoldsShares }: Router,
  { deployments }: Live,
  { tracks }: StagePlan,
  growing: TrackName,
): TrackName[] {
  const isMissing = (track: TrackName): boolean => {
    const found = deployments[track];
    return edgeHoldsShares && tracks[track].replicas > 0 && (!found || wantedReplicas(found) === 0);
  };
  return TRACKS.filter((track) => track === growing || isMissing(track));
}

/** The abort that `pulumi up` makes: nobody said who or why. */
const UNEXPLAINED: Abort = { by: "", reason: "" };
