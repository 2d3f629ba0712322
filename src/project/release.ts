import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isMap, isScalar, parseDocument } from "yaml";
import { applicationIn } from "../application/application.ts";
import type { KubernetesApi } from "../cluster/api.ts";
import { parseProject } from "../config/project.ts";
import { Refusal, UserError } from "../errors.ts";
import { type Release, releaseText } from "../model/lifecycle.ts";
import type { ReleaseRecord } from "../model/record.ts";
import type { Project } from "./project.ts";

/** The release that continues what is live with a new version. */
export interface NewRelease {
  readonly before: Release;
  readonly after: Release;
}

/**
 * Which release a new version makes: the live version, then this one.
 * @param abandon replaces the canary of a release that is under way
 * @throws Refusal in the middle of a release, UserError for the version that is live already
 */
export async function planRelease(
  project: Project,
  api: KubernetesApi | undefined,
  version: string,
  abandon: boolean,
): Promise<NewRelease> {
  const { release: before, lifecycle } = project.config;
  const record = api && (await applicationIn(api, project.config).record());
  return { before, after: releaseAfter(before, record, version, abandon, lifecycle) };
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

/**
 * Writes a release into Pulumi.yaml, and nothing else: comments, order and the quotes that stand there are kept.
 * @throws UserError when the file has no release, or the version is none
 */
export async function writeRelease(project: Project, release: Release): Promise<void> {
  const file = join(project.directory, "Pulumi.yaml");
  await writeFile(file, withRelease(await readFile(file, "utf8"), project.name, release));
}

/** The text of a Pulumi.yaml with another release in it: both versions are replaced where they stand. */
export function withRelease(text: string, project: string, release: Release): string {
  const document = parseDocument(text);
  const key = ["release", `${project}:release`].find((name) => document.hasIn(["config", name]));
  const value = key && document.getIn(["config", key]);
  if (!isMap(value)) throw noRelease();
  const versions = value.has("value") ? value.get("value") : value;
  const edits = Object.entries(release).map(([track, version]): Edit => {
    const node = isMap(versions) ? versions.get(track, true) : undefined;
    if (!isScalar(node) || !node.range) throw noRelease();
    const [from, to] = node.range;
    return { from, to, text: quoted(version, node.type === "QUOTE_SINGLE" ? "'" : '"') };
  });
  // The last edit first: an edit shifts the offsets of what stands behind it.
  return edits
    .sort((a, b) => b.from - a.from)
    .reduce(
      (edited, { from, to, text: version }) => edited.slice(0, from) + version + edited.slice(to),
      text,
    );
}

interface Edit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** A version is written in quotes: YAML would read 2.10 as the number 2.1. */
const quoted = (version: string, quote: string): string => `${quote}${version}${quote}`;

const noRelease = (): UserError =>
  new UserError(
    "Pulumi.yaml has no config.release",
    'Add release: { value: { previous: "VERSION", canary: "VERSION" } }.',
  );

/** @throws UserError for what is no version */
export function requireVersion({ config, routers }: Project, release: Release): void {
  parseProject({ ...config, release }, routers);
}
