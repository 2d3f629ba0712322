import * as pulumi from "@pulumi/pulumi";
import type { KubernetesApi } from "../cluster/api.ts";
import { requirePod } from "../components/pod/require.ts";
import { recordedVersions } from "../config/app/recorded.ts";
import {
  changedVersionLines,
  changedVersions,
  requireUnchangedVersions,
} from "../config/app/setting-changes.ts";
import type { Version } from "../config/app/versions.ts";
import type { Config } from "../config/stage.ts";
import { boundVersions } from "../model/bound-versions.ts";
import type { Release } from "../model/lifecycle.ts";
import { TRACKS } from "../model/names.ts";
import type { StagePlan } from "../model/plan.ts";
import type { ReleaseRecord } from "../model/record.ts";
import type { PerTrack } from "../model/traffic.ts";
import type { RecordedVersion } from "../model/version.ts";
import type { Router } from "../routers/router.ts";
import { requireForeignObjects } from "./foreign-objects.ts";
import { liveMaterial, type PodMaterial, podMaterial } from "./pod-material.ts";

export interface VersionsArgs {
  readonly api: KubernetesApi;
  readonly stage: string;
  readonly config: Config;
  readonly router: Router;
  /** Folder with Pulumi.yaml. */
  readonly directory: string;
  readonly record: ReleaseRecord | undefined;
  /** A rollback or an abort: it takes back all that a version was made from. */
  readonly isWayBack: boolean;
}

/** A stage with all that its versions are made from. */
export interface EvaluatedVersions {
  readonly config: Config;
  readonly plan: StagePlan;
  /** By the version's name. */
  readonly material: Readonly<Record<string, PodMaterial>>;
}

type Recorded = Readonly<Record<string, RecordedVersion>>;

/**
 * What the versions of a stage are made from: what the project says, or on a way back what the release record and the objects
 * in the cluster say, so that it depends neither on what was changed in Pulumi.yaml meanwhile nor on its files.
 * @throws Refusal where a version that is live would be made from something else; UserError where one cannot be made
 */
export async function evaluateVersions(args: VersionsArgs): Promise<EvaluatedVersions> {
  const { api, stage, config: project, router, directory, record, isWayBack } = args;
  const tracks = TRACKS.map((track) => router.plan(project).tracks[track].name);
  const recorded: Recorded = isWayBack && record ? recordedVersions(record) : {};
  const versions: Record<string, Version> = { ...project.versions };
  const material: Record<string, PodMaterial> = {};
  for (const name of Object.values(project.release)) {
    const live = recorded[name];
    const found = live && (await liveMaterial(api, project, live, tracks));
    if (found) versions[name] = { image: found.recorded.image, app: found.app };
    material[name] = found ?? (await podMaterial(project, stage, name, directory));
  }
  const config = { ...project, versions };
  const plan = router.plan(config);
  await requireTracks(args, { plan, material, recorded });
  if (record && !isWayBack) await requireAsLive(stage, project, material, record);
  return { config, plan, material };
}

/** @throws UserError where the pods of a track would not be what is promised of them, or would wait for what is not there */
async function requireTracks(
  { api, config: { namespace }, isWayBack }: VersionsArgs,
  {
    plan,
    material,
    recorded,
  }: Pick<EvaluatedVersions, "plan" | "material"> & { readonly recorded: Recorded },
): Promise<void> {
  for (const track of TRACKS.map((name) => plan.tracks[name])) {
    const own = material[track.version];
    // What is taken back has been live.
    if (!own || recorded[track.version] === own.recorded) continue;
    requirePod({ ...own, plan: track });
    if (track.replicas > 0 && !isWayBack) await requireForeignObjects(api, namespace, own.app);
  }
}

/** @throws Refusal where a version that is live would be made from something else, unless somebody said why it may */
async function requireAsLive(
  stage: string,
  { release, lifecycleOverride }: Config,
  material: EvaluatedVersions["material"],
  record: ReleaseRecord,
): Promise<void> {
  const now = Object.entries(material).map(([name, own]) => [name, own.recorded] as const);
  const changed = changedVersions(boundVersions({ stage, release }, record), Object.fromEntries(now));
  if (!lifecycleOverride) return requireUnchangedVersions(stage, changed);
  // Whoever types pulumi preview sees it too, and changed secrets nowhere else.
  for (const one of changed) await pulumi.log.warn(changedVersionLines(one).join("\n"));
}

/** What the record says of a release's versions. */
export function recordedOf(
  material: EvaluatedVersions["material"],
  { previous, canary }: Release,
): PerTrack<RecordedVersion> | undefined {
  const [before, after] = [material[previous]?.recorded, material[canary]?.recorded];
  return before && after && { previous: before, canary: after };
}
