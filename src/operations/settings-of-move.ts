import { recordedVersions } from "../config/app/recorded.ts";
import {
  changesBetween,
  requireUnchangedVersions,
  type SettingChange,
} from "../config/app/setting-changes.ts";
import { recordOf } from "../config/app/settings.ts";
import { versionOf } from "../config/app/versions.ts";
import { boundVersions } from "../model/bound-versions.ts";
import type { ReleaseRecord } from "../model/record.ts";
import type { RecordedVersion } from "../model/version.ts";
import type { EvaluatedStage } from "../project/evaluate.ts";
import type { Project } from "../project/project.ts";

/**
 * What the canary of a stage is made from, against the previous version. Values of secrets are not known here: the program
 * compares those, before it registers anything.
 * @param isWayBack to what the record says was live, whatever the files say now
 * @throws Refusal where a version that is live would be made from something else
 */
export async function settingsOfMove(
  { directory }: Project,
  { stage, config }: EvaluatedStage,
  record: ReleaseRecord | undefined,
  isWayBack: boolean,
): Promise<SettingChange[]> {
  const { previous, canary } = config.release;
  const recorded = isWayBack && record ? recordedVersions(record) : {};
  const read = async (name: string): Promise<RecordedVersion> =>
    recorded[name] ?? recordOf(versionOf(config, name), name, directory);
  const [before, after] = await Promise.all([read(previous), read(canary)]);
  if (record && !isWayBack && !config.lifecycleOverride) {
    const bound = boundVersions({ stage, release: config.release }, record);
    requireUnchangedVersions(stage, bound, { [previous]: before, [canary]: after });
  }
  return changesBetween(before, after);
}
