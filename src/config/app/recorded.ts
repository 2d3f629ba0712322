import type { ReleaseRecord } from "../../model/record.ts";
import type { RecordedVersion } from "../../model/version.ts";
import { versionFromRecord } from "./settings.ts";
import type { Version, Versions } from "./versions.ts";

/** The live release's versions as the record has them, by name; none where it does not say. */
export function recordedVersions({
  release,
  versions,
}: Partial<Pick<ReleaseRecord, "release" | "versions">>): Readonly<Record<string, RecordedVersion>> {
  return release && versions
    ? { [release.previous]: versions.previous, [release.canary]: versions.canary }
    : {};
}

/** A configuration in which the live release's versions are what they were when they went live, whatever Pulumi.yaml says now. */
export function withRecordedVersions<C extends { readonly versions: Versions }>(
  config: C,
  record: Partial<Pick<ReleaseRecord, "release" | "versions">>,
): C {
  const found = Object.entries(recordedVersions(record)).flatMap(([name, recorded]): [string, Version][] => {
    const version = versionFromRecord(recorded);
    return version ? [[name, version]] : [];
  });
  return { ...config, versions: { ...config.versions, ...Object.fromEntries(found) } };
}
