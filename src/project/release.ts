import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import { applicationIn } from "../application/application.ts";
import type { KubernetesApi } from "../cluster/api.ts";
import { configMapPath } from "../cluster/objects.ts";
import { recordedVersions } from "../config/app/recorded.ts";
import { changesBetween, type SettingChange } from "../config/app/setting-changes.ts";
import { type Json, recordOf } from "../config/app/settings.ts";
import { versionOf } from "../config/app/versions.ts";
import { parseProject } from "../config/project.ts";
import { YAML_AS_KUBERNETES } from "../config/yaml.ts";
import { Refusal, UserError } from "../errors.ts";
import { type Release, releaseText } from "../model/lifecycle.ts";
import { TRACKS } from "../model/names.ts";
import type { ReleaseRecord } from "../model/record.ts";
import type { RecordedVersion } from "../model/version.ts";
import { evaluateStage } from "./evaluate.ts";
import { entryOfLive } from "./kept-version.ts";
import { entryWith } from "./new-version.ts";
import { type Project, projectValues } from "./project.ts";
import { withRelease } from "./release-text.ts";

/** The release that continues what is live with a new version. */
export interface NewRelease {
  readonly before: Release;
  readonly after: Release;
  /** Tag or digest of the new version's image. */
  readonly image: string;
  /** What the new version is made from, against the live one. */
  readonly settings: readonly SettingChange[];
  /** Pulumi.yaml with it. */
  readonly text: string;
}

/** What a new version is. */
export interface NewVersion {
  readonly name: string;
  /** Replaces the canary of a release that is under way. */
  readonly abandon: boolean;
  /** Its image; without it that of the live version where settings are changed, or else its name. */
  readonly image?: string | undefined;
  /** What it changes of `app`, as `KEY=VALUE`. */
  readonly set: readonly string[];
  /** `app` in Pulumi.yaml is the new version's, and no longer the live one's. */
  readonly fromApp: boolean;
}

/**
 * Which release a new version makes: the live version, then this one, each with its entry of `versions` where it needs one.
 * @throws Refusal in the middle of a release, or where what is live is not known; UserError for the version that is live
 *   already, for what is no version, or for another wrong value
 */
export async function planRelease(
  project: Project,
  api: KubernetesApi | undefined,
  version: NewVersion,
): Promise<NewRelease> {
  const { release: before, lifecycle } = project.config;
  const record = api && (await applicationIn(api, project.config).record());
  const after = releaseAfter(before, record, version.name, version.abandon, lifecycle);
  const file = await readFile(join(project.directory, "Pulumi.yaml"), "utf8");
  const app = appOf(parse(file, YAML_AS_KUBERNETES), project);
  const recorded = record ? recordedVersions(record)[after.previous] : undefined;
  const entries: Record<string, Json> = {};
  const image = imageOf(project, version, recorded?.image ?? versionOf(project.config, after.previous).image);
  if (version.fromApp) {
    const texts = api && recorded ? await textsOf(api, project, recorded) : [];
    entries[after.previous] = await entryOfLive(project, app, { name: after.previous, recorded, texts });
  }
  if (image !== undefined) {
    const own = image === version.name ? {} : { image };
    entries[version.name] = { ...own, ...entryWith(app, version.set) };
  }
  const text = withRelease(file, project.name, after, entries);
  const config = parseProject(
    projectValues(parse(text, YAML_AS_KUBERNETES), project.name, project.routers),
    project.routers,
  );
  const read = (name: string) => recordOf(versionOf(config, name), name, project.directory);
  const settings = changesBetween(await read(after.previous), await read(version.name));
  return { before, after, image: versionOf(config, version.name).image, settings, text };
}

/**
 * Image of a new version; undefined where its name alone says it. Where settings are changed, a canary that stands in
 * Pulumi.yaml already has the image that it has there, and any other that of the live version.
 */
function imageOf(
  { config }: Project,
  { name, image, fromApp, set }: NewVersion,
  live: string,
): string | undefined {
  if (image !== undefined || (!fromApp && set.length === 0)) return image;
  return config.release.canary === name ? versionOf(config, name).image : live;
}

/** `app` as it stands in Pulumi.yaml. */
function appOf(file: unknown, { name, routers }: Project): Json {
  const { app } = projectValues(file, name, routers);
  return (app === undefined ? {} : JSON.parse(app)) as Json;
}

/** Texts of a live version's files, as its ConfigMap has them in either track. */
async function textsOf(
  api: KubernetesApi,
  project: Project,
  { content }: RecordedVersion,
): Promise<string[]> {
  const { namespace, lifecycle } = project.config;
  const { plan } = await evaluateStage(project, lifecycle[0] ?? "");
  const found = await Promise.all(
    TRACKS.map((track) =>
      api.get<{ data?: Record<string, string> }>(
        configMapPath(namespace, `${plan.tracks[track].name}-${content}`),
      ),
    ),
  );
  return found.flatMap((configMap) => Object.values(configMap?.data ?? {}));
}

/** The same, from the record of what is live. */
export function releaseAfter(
  before: Release,
  record: ReleaseRecord | undefined,
  version: string,
  abandon: boolean,
  lifecycle: readonly string[],
): Release {
  const previous = record?.liveVersion ?? before.previous;
  if (version === previous) {
    throw new UserError(`${version} is the version that is live`, "Name another one.");
  }
  const isUnderWay = record !== undefined && !record.aborted && record.liveVersion !== record.release.canary;
  if (isUnderWay && !abandon) {
    throw new Refusal(
      `release ${releaseText(record.release)} is under way, at ${record.stage}`,
      `Finish it (canary promote --to ${lifecycle.at(-1)}), or put ${version} in the place of ${record.release.canary}: add --abandon.`,
    );
  }
  return { previous, canary: version };
}

/** Writes a planned release into Pulumi.yaml: comments and order are kept. */
export async function writeRelease(project: Project, { text }: NewRelease): Promise<void> {
  await writeFile(join(project.directory, "Pulumi.yaml"), text);
}
