import type { KubernetesApi } from "../cluster/api.ts";
import { requirePod } from "../components/pod/require.ts";
import { recordedVersions } from "../config/app/recorded.ts";
import { requireUnchangedVersions } from "../config/app/setting-changes.ts";
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

/**
 * What the versions of a stage are made from: what the project says, or on a way back what the release record and the objects
 * in the cluster say, so that it depends neither on what was changed in Pulumi.yaml meanwhile nor on its files.
 * @throws Refusal where a version that is live would be made from something else; UserError where one cannot be made
 */
export async function evaluateVersions(args: VersionsArgs): Promise<EvaluatedVersions> {
  const { api, stage, config: project, router, directory, record, isWayBack } = args;
  const tracks = TRACKS.map((track) => router.plan(project).tracks[track].name);
  const recorded: Readonly<Record<string, RecordedVersion>> =
    isWayBack && record ? recordedVersions(record) : {};
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
  for (const track of TRACKS.map((name) => plan.tracks[name])) {
    const own = material[track.version];
    if (own && recorded[track.version] !== own.recorded) requirePod({ ...own, plan: track });
  }
  if (record && !isWayBack && !project.lifecycleOverride) {
    const now = Object.entries(material).map(([name, own]) => [name, own.recorded] as const);
    const bound = boundVersions({ stage, release: project.release }, record);
    requireUnchangedVersions(stage, bound, Object.fromEntries(now));
  }
  return { config, plan, material };
}

/** What the record says of a release's versions. */
export function recordedOf(
  material: EvaluatedVersions["material"],
  { previous, canary }: Release,
): PerTrack<RecordedVersion> | undefined {
  const [before, after] = [material[previous]?.recorded, material[canary]?.recorded];
  return before && after && { previous: before, canary: after };
}
