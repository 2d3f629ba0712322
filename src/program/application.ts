import type * as k8s from "@pulumi/kubernetes";
import type { Resource } from "@pulumi/pulumi";
import type { KubernetesApi } from "../cluster/api.ts";
import { guarded } from "../components/hooks.ts";
import { StoredRecord } from "../components/record.ts";
import { Track } from "../components/track.ts";
import type { Config } from "../config/stage.ts";
import { appNames, TRACKS, type TrackName } from "../model/names.ts";
import type { StagePlan, TrackPlan } from "../model/plan.ts";
import type { ReleaseRecord } from "../model/record.ts";
import { steadySeconds } from "../model/rollout.ts";
import type { Edge, EdgeArgs } from "../routers/router.ts";
import type { StageHooks } from "./hooks.ts";
import type { PodMaterial } from "./pod-material.ts";
import type { StageScaling } from "./scaling.ts";

export interface ApplicationArgs {
  readonly config: Config;
  readonly plan: StagePlan;
  /** By the version's name. */
  readonly material: Readonly<Record<string, PodMaterial>>;
  /** The router's edge, and its address; undefined where the cluster chooses one. */
  readonly edge: Pick<Edge, "declare" | "untilFollowed"> & { readonly address: string | undefined };
  /** The cluster as the deployer has it. */
  readonly api: KubernetesApi;
  /** The track that takes more traffic than now. */
  readonly growing: TrackName;
  /** The tracks that are ready before the edge changes: the growing one, and one that would get traffic without pods. */
  readonly beforeEdge: readonly TrackName[];
  /** Awaited before the edge and the other track change: the growing one has to be ready, and so for these seconds. */
  readonly untilRolledOut: (track: TrackPlan, steadySeconds?: number) => Promise<void>;
  /** Who has the counts of pods in hand; undefined where they follow from the shares. */
  readonly scaling: StageScaling | undefined;
  /** The version that a rollback leaves: it may be what is broken, so the stage is in place without it. */
  readonly abandoned: string | undefined;
  /** Awaited before each change of an object. */
  readonly mayChange: () => Promise<void>;
  /** Done once the stage is in place and the record says so. */
  readonly afterwards: () => Promise<void>;
  /** What runs before anything of the stage changes, and once it is in place. */
  readonly hooks: Pick<StageHooks, "before" | "after">;
  /** What the record says once the stage is in place. */
  readonly record: ReleaseRecord;
  readonly deployer: k8s.Provider;
}

/**
 * The application of a stage: both tracks, the edge and the release record. Top-level components with the same
 * names in every stack, so that the state of one stage fits another. What a stage declares stays when its stack is
 * destroyed: other stages have it too.
 */
export function declareApplication(args: ApplicationArgs): void {
  const { config, plan, scaling } = args;
  const { namespace } = config;
  const names = appNames(config.app.name, config.namespace);
  const options = { providers: [args.deployer], retainOnDelete: true, ...guarded(args.mayChange) };

  const materialOf = ({ version }: TrackPlan): PodMaterial => {
    const found = args.material[version];
    if (!found) throw new Error(`nothing is known of version ${version}`);
    return found;
  };
  const { before, after } = args.hooks;
  const untilReady = async (): Promise<void> => {
    await before?.();
    for (const track of args.beforeEdge) {
      await scaling?.raise(track);
      await args.untilRolledOut(plan.tracks[track]);
    }
  };
  const { api } = args;
  const edgeArgs: EdgeArgs = {
    ...{ config, plan, namespace, api },
    address: args.edge.address,
    beforeChange: untilReady,
  };
  const untilFollowed = async (): Promise<void> => args.edge.untilFollowed?.(edgeArgs);
  const declareTrack = (
    track: TrackName,
    beforeChange?: () => Promise<void>,
    dependsOn?: Resource[],
  ): Track =>
    new Track(
      plan.tracks[track].name,
      {
        ...materialOf(plan.tracks[track]),
        plan: plan.tracks[track],
        namespace,
        beforeChange,
        handOver: scaling && (() => scaling.handOver(track)),
      },
      { ...options, ...(dependsOn && { dependsOn }) },
    );
  const growing = declareTrack(args.growing, before);
  const shrinking = TRACKS.find((track) => track !== args.growing) ?? "previous";
  const declareEdge = (...others: Resource[]): Resource =>
    args.edge.declare(names.service, edgeArgs, { ...options, dependsOn: [growing, ...others] });
  const { app } = materialOf(plan.tracks[args.growing]);
  const declareOther = (...others: Resource[]): Track => {
    const untilMayChange = async (): Promise<void> => {
      await before?.();
      const steady = steadySeconds(plan.tracks[shrinking], app, args.abandoned);
      await args.untilRolledOut(plan.tracks[args.growing], steady);
      if (others.length > 0) await untilFollowed();
    };
    return declareTrack(shrinking, untilMayChange, [growing, ...others]);
  };
  // Where the edge leads to may change with a stage: to pods that are ready, and before other pods leave.
  const first = args.beforeEdge.includes(shrinking) ? declareOther() : undefined;
  const edge = declareEdge(...(first ? [first] : []));
  const other = first ?? declareOther(edge);
  const untilInPlace = async (): Promise<void> => {
    await before?.();
    for (const track of [plan.tracks[args.growing], plan.tracks[shrinking]]) {
      if (track.version !== args.abandoned) await args.untilRolledOut(track);
    }
    await untilFollowed();
    await scaling?.settle();
    await after?.();
  };
  new StoredRecord(
    names.record,
    {
      name: names.record,
      namespace,
      record: args.record,
      beforeChange: untilInPlace,
      afterChange: args.afterwards,
    },
    { ...options, dependsOn: [growing, other, edge] },
  );
}
