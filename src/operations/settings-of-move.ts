import { recordedVersions } from "../config/app/recorded.ts";
import {
  type ChangedVersion,
  changedVersions,
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

/** What a move means for what its versions are made from. */
export interface SettingsOfMove {
  /** What the canary is made from, against the previous version. */
  readonly settings: readonly SettingChange[];
  /** What changes in versions that are live: nothing but under `lifecycleOverride`. */
  readonly liveChanges: readonly ChangedVersion[];
}

/**
 * What the versions of a stage are made from. Values of secrets are not known here: the program compares those, before it
 * registers anything.
 * @param isWayBack to what the record says was live, whatever the files say now
 * @throws Refusal where a version that is live would be made from something else
 */
export async function settingsOfMove(
  { directory }: Project,
  { stage, config }: EvaluatedStage,
  record: ReleaseRecord | undefined,
  isWayBack: boolean,
): Promise<SettingsOfMove> {
  const { previous, canary } = config.release;
  const recorded = isWayBack && record ? recordedVersions(record) : {};
  const read = async (name: string): Promise<RecordedVersion> =>
    recorded[name] ?? recordOf(versionOf(config, name), name, directory);
  const [before, after] = await Promise.all([read(previous), read(canary)]);
  const bound = record && !isWayBack ? boundVersions({ stage, release: config.release }, record) : {};
  const liveChanges = changedVersions(bound, { [previous]: before, [canary]: after });
  if (!config.lifecycleOverride) requireUnchangedVersions(stage, liveChanges);
  return { settings: changesBetween(before, after), liveChanges };
}
