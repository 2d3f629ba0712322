import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { StoredRecord } from "../components/record.ts";
import { Track } from "../components/track.ts";
import type { Config } from "../config/stage.ts";
import { appNames, TRACKS, type TrackName } from "../model/names.ts";
import type { StagePlan, TrackPlan } from "../model/plan.ts";
import type { ReleaseRecord } from "../model/record.ts";
import { steadySeconds } from "../model/rollout.ts";
import type { Edge } from "../routers/router.ts";
import type { StageHooks } from "./hooks.ts";
import type { PodMaterial } from "./pod-material.ts";

export interface ApplicationArgs {
  readonly config: Config;
  readonly plan: StagePlan;
  /** By the version's name. */
  readonly material: Readonly<Record<string, PodMaterial>>;
  /** The router's edge, and its address; undefined where the cluster chooses one. */
  readonly edge: Pick<Edge, "declare"> & { readonly address: string | undefined };
  /** The track that takes more traffic than now. */
  readonly growing: TrackName;
  /** Awaited before the edge and the other track change: the growing one has to be ready, and so for these seconds. */
  readonly untilRolledOut: (track: TrackPlan, steadySeconds?: number) => Promise<void>;
  /** The version that a rollback leaves: it may be what is broken, so the stage is in place without it. */
  readonly abandoned: string | undefined;
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
  const { config, plan } = args;
  const { namespace } = config;
  const names = appNames(config.app.name, config.namespace);
  const options = { providers: [args.deployer], retainOnDelete: true };

  const materialOf = ({ version }: TrackPlan): PodMaterial => {
    const found = args.material[version];
    if (!found) throw new Error(`nothing is known of version ${version}`);
    return found;
  };
  const { before, after } = args.hooks;
  const untilGrown = async (steady = 0): Promise<void> => {
    await before?.();
    await args.untilRolledOut(plan.tracks[args.growing], steady);
  };
  const steadyBefore = (other: TrackPlan): number =>
    steadySeconds(other, materialOf(plan.tracks[args.growing]).app, args.abandoned);
  const declareTrack = (track: TrackName, later?: { dependsOn: pulumi.Resource[] }): Track =>
    new Track(
      plan.tracks[track].name,
      {
        ...materialOf(plan.tracks[track]),
        plan: plan.tracks[track],
        namespace,
        beforeChange: later ? () => untilGrown(steadyBefore(plan.tracks[track])) : before,
      },
      { ...options, ...later },
    );
  const growing = declareTrack(args.growing);
  const edge = args.edge.declare(
    names.service,
    { config, plan, namespace, address: args.edge.address, beforeChange: () => untilGrown() },
    { ...options, dependsOn: [growing] },
  );
  // Where the edge leads to may change with a stage: to pods that are ready, and before other pods leave.
  const shrinking = TRACKS.find((track) => track !== args.growing) ?? "previous";
  const other = declareTrack(shrinking, { dependsOn: [growing, edge] });
  const untilInPlace = async (): Promise<void> => {
    await before?.();
    for (const track of [plan.tracks[args.growing], plan.tracks[shrinking]]) {
      if (track.version !== args.abandoned) await args.untilRolledOut(track);
    }
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
