import { createHash } from "node:crypto";
import { settingChanges, settingText } from "../config/app/setting-changes.ts";
import { type Json, recordOf } from "../config/app/settings.ts";
import { evaluateEntry, type Version } from "../config/app/versions.ts";
import { pathText } from "../config/errors.ts";
import { Refusal } from "../errors.ts";
import type { RecordedVersion } from "../model/version.ts";
import { entryToKeep } from "./new-version.ts";
import type { Project } from "./project.ts";

/** The live version, and what there is to know of it. */
export interface LiveVersion {
  readonly name: string;
  /** Undefined where the record does not tell. */
  readonly recorded: RecordedVersion | undefined;
  /** Texts of its files, as its pods have them. */
  readonly texts: readonly string[];
}

/**
 * The entry with which the live version stays what it is, by the release record and its ConfigMap, while `app` in Pulumi.yaml is
 * the next one's.
 * @param app as it stands in Pulumi.yaml
 * @throws Refusal where the record does not tell what it was made from, or where an entry cannot say it
 */
export async function entryOfLive(
  { config, directory }: Project,
  app: Json,
  { name, recorded, texts }: LiveVersion,
): Promise<Json> {
  if (!recorded) {
    throw new Refusal(
      `the release record does not tell what ${name} was made from, so app cannot be told from what is live`,
      "It does once a stage is applied by this program. Until then write what the new version changes yourself: --set.",
    );
  }
  const now = await recordOf({ image: name, app: config.app }, name, directory);
  const differing = async (version: Version): Promise<string[]> =>
    (settingChanges(recorded, await recordOf(version, name, directory)) ?? []).map(settingText);
  const entry: Json = {
    ...(recorded.image !== name && { image: recorded.image }),
    ...entryToKeep(recorded.app, now.app),
  };
  const kept = withTexts(entry, new Map(texts.flatMap((text) => digests(text, name)))) as Json;
  const { version, issues } = evaluateEntry(app, name, kept);
  const wrong = issues.map(({ path, message }) => `${pathText(path.slice(2))}: ${message}`);
  const left = version && wrong.length === 0 ? await differing(version) : wrong;
  if (left.length === 0) return kept;
  throw new Refusal(
    `${name} is live, and an entry of its own cannot keep it as it is:\n${left.map((line) => `  ${line}`).join("\n")}`,
    "Take these back in Pulumi.yaml, and release the rest.",
  );
}

const digestOf = (text: string): string => `sha256:${createHash("sha256").update(text).digest("hex")}`;

/** A text may have had `{version}` where it has the version's name now. */
const digests = (text: string, name: string): [string, string][] =>
  [text, text.replaceAll(name, "{version}")].map((one) => [digestOf(one), one]);

/** The record has digests where texts of files stood. */
function withTexts(value: unknown, texts: ReadonlyMap<string, string>): unknown {
  if (typeof value === "string") return texts.get(value) ?? value;
  if (Array.isArray(value)) return value.map((one) => withTexts(one, texts));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withTexts(inner, texts)]));
}
