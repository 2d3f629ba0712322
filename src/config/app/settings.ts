import { createHash, createHmac } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { valueAt } from "../../model/differences.ts";
import type { RecordedVersion } from "../../model/version.ts";
import { appSchema } from "../app.ts";
import { type LoadedFile, loadFiles } from "./file-contents.ts";
import type { SecretValues } from "./secret-values.ts";
import { type AppConfig, appShape } from "./shape.ts";
import type { Version } from "./versions.ts";

export type Json = Record<string, unknown>;

/**
 * What a version was made from, for the release record.
 * @param secrets undefined where it has none, or where their values are not known
 */
export function toRecord(
  { image, app }: Version,
  files: readonly LoadedFile[],
  secrets: SecretValues | undefined,
): RecordedVersion {
  // Hooks run for a release: what is live is made without them.
  const { hooks: _, ...made } = withDigests(app, files);
  const said = Object.fromEntries(Object.entries(made).filter(([key, value]) => !isDefault(key, value)));
  const hashes = Object.entries(secrets?.values ?? {}).map(([name, value]): [string, string] => [
    name,
    createHmac("sha256", secrets?.hashKey ?? "")
      .update(JSON.stringify([name, value]))
      .digest("hex")
      .slice(0, 16),
  ]);
  return { image, app: said, secrets: Object.fromEntries(hashes) };
}

/** What a version is made from by the project's files, but for the values of its secrets. @param directory of Pulumi.yaml */
export const recordOf = async (version: Version, name: string, directory: string): Promise<RecordedVersion> =>
  toRecord(version, await loadFiles(version.app, directory, [name]), undefined);

/**
 * The version that the release record tells of: its files have digests for texts. Undefined where the configuration does not
 * take it any more.
 */
export function versionFromRecord({ image, app }: RecordedVersion): Version | undefined {
  const parsed = appSchema.safeParse(app);
  return parsed.success ? { image, app: parsed.data } : undefined;
}

/** `app` with digests in the place of its files' contents, as it stands in JSON. */
function withDigests(app: AppConfig, files: readonly LoadedFile[]): Json {
  const copy: Json = JSON.parse(JSON.stringify(app));
  for (const { at, path, source, content } of files) {
    const text = `sha256:${createHash("sha256").update(content).digest("hex")}`;
    const { mode } = source;
    setAt(copy, at, at[0] === "content" ? { path, text } : { text, ...(mode !== undefined && { mode }) });
  }
  return copy;
}

const isDefault = (key: string, value: unknown): boolean => {
  const parsed = appShape[key as keyof typeof appShape].safeParse(undefined);
  return parsed.success && isDeepStrictEqual(parsed.data, value);
};

/** Puts a value into a document, where its owner is. */
export function setAt(document: Json, at: readonly (string | number)[], value: unknown): void {
  const owner = valueAt(document, at.slice(0, -1)) as Json;
  owner[at.at(-1) as string] = value;
}
