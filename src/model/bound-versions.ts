import { sameRelease } from "./lifecycle.ts";
import type { AppliedStage, ReleaseRecord } from "./record.ts";
import type { RecordedVersion } from "./version.ts";

/**
 * The versions that may not be made from anything else now than the record says, by their names: those that take traffic,
 * and in the same release the previous one, which is the way back. The canary is free while it takes no traffic and nothing
 * of it was looked at: after an abort, or where its stage is applied once more.
 */
export function boundVersions(
  { stage, release }: Pick<AppliedStage, "stage" | "release">,
  live: ReleaseRecord,
): Readonly<Record<string, RecordedVersion>> {
  if (!live.versions) return {};
  const isSame = sameRelease(release, live.release);
  const { previous, canary } = live.intended;
  const isFree = canary === 0 && (live.aborted !== undefined || stage === live.stage);
  return {
    ...((isSame || previous > 0) && { [live.release.previous]: live.versions.previous }),
    ...((isSame ? !isFree : canary > 0) && { [live.release.canary]: live.versions.canary }),
  };
}
