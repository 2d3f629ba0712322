import { type Deployment, imageOf, wantedReplicas } from "./deployment.ts";
import { allStages, type Target } from "./lifecycle.ts";
import { TRACKS } from "./names.ts";
import { type ReleaseRecord, servingAfter } from "./record.ts";
import type { PerTrack } from "./traffic.ts";
import { versionOfPod } from "./version.ts";

/**
 * Where a release record contradicts itself, the project's lifecycle, or the Deployments that run: somebody wrote it by hand,
 * or a move did not end. Each is the end of a sentence that begins with "the release record".
 */
export function contradictions(
  record: ReleaseRecord,
  deployments: PerTrack<Deployment | undefined>,
  project: Pick<Target, "lifecycle" | "abort">,
): string[] {
  return [...contradictionsWithin(record, project), ...contradictionsWith(record, deployments)];
}

function contradictionsWithin(record: ReleaseRecord, project: Pick<Target, "lifecycle" | "abort">): string[] {
  const { stage, intended, reached, liveVersion, release, aborted } = record;
  const serving = servingAfter(intended, release);
  const stages = allStages(project);
  const unknown = [...new Set([stage, ...reached])].filter((name) => !stages.includes(name));
  return [
    ...unknown.map((name) => `names stage ${name}, which is not in lifecycle: ${stages.join(", ")}`),
    ...(intended.previous + intended.canary === 100
      ? []
      : [`gives ${intended.previous} % and ${intended.canary} % of the traffic, which is not 100 %`]),
    ...(aborted || reached.includes(stage) ? [] : [`is of ${stage}, which it does not list as reached`]),
    ...(liveVersion === serving
      ? []
      : [`has ${liveVersion} as the live version, but by its shares that is ${serving}`]),
  ];
}

/** By versions, since a router may have either one in either Deployment. */
function contradictionsWith(
  { release, intended }: ReleaseRecord,
  deployments: PerTrack<Deployment | undefined>,
): string[] {
  const running = TRACKS.flatMap((track) => {
    const found = deployments[track];
    const version = found && versionIn(found);
    return found && version !== undefined && wantedReplicas(found) > 0 ? [{ found, version }] : [];
  });
  const versions = Object.values(release);
  const foreign = running.filter(({ version }) => !versions.includes(version));
  const missing = TRACKS.filter(
    (track) => intended[track] > 0 && !running.some(({ version }) => version === release[track]),
  );
  return [
    ...foreign.map(
      ({ found, version }) =>
        `is of ${release.previous} and ${release.canary}, but Deployment ${found.metadata?.name} runs ${version}`,
    ),
    ...missing.map(
      (track) => `gives ${release[track]} ${intended[track]} % of the traffic, but no Deployment runs it`,
    ),
  ];
}

function versionIn(deployment: Deployment): string | undefined {
  const image = imageOf(deployment);
  return image === undefined ? undefined : versionOfPod(deployment.spec.template.metadata ?? {}, image);
}
