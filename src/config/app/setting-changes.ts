import { Refusal } from "../../errors.ts";
import { type Difference, differences, valueAt } from "../../model/differences.ts";
import { imageReference } from "../../model/names.ts";
import type { RecordedVersion } from "../../model/version.ts";
import { containersOf } from "./container-list.ts";
import { type Json, setAt, versionFromRecord } from "./settings.ts";
import type { Version } from "./versions.ts";

/** One value that two versions differ in, or their image. */
export interface SettingChange {
  /** As it stands in the configuration, from `app` on: `env.LOG_LEVEL`. */
  readonly path: string;
  readonly change: "same" | "changed" | "added" | "removed";
  /** Undefined where there was nothing, and where the value is not shown: a secret, or the content of a file. */
  readonly from: unknown;
  readonly to: unknown;
}

/**
 * What differs from one version to another, by path; empty where they are the same. Both are read by the program's present
 * defaults, so a new default is no difference. Undefined where one of them cannot be read any more.
 */
export function settingChanges(from: RecordedVersion, to: RecordedVersion): SettingChange[] | undefined {
  const [before, after] = [from, to].map(versionFromRecord);
  if (!before || !after) return undefined;
  const known = (name: string): boolean =>
    Object.hasOwn(from.secrets, name) && Object.hasOwn(to.secrets, name);
  const found = differences(documentOf(before, from, known), documentOf(after, to, known)).map(settingChange);
  // A secret may differ in more than one of its keys.
  return [...new Map(found.map((change) => [change.path, change])).values()];
}

/** The same, beginning with the image, which may be the same. */
export const changesBetween = (from: RecordedVersion, to: RecordedVersion): SettingChange[] => [
  {
    path: "image",
    change: from.image === to.image ? "same" : "changed",
    from: from.image,
    to: to.image,
  },
  ...(settingChanges(from, to) ?? []).filter(({ path }) => path !== "image"),
];

/** What is compared: `app`, its image with the version's tag, and hashes in the place of secrets and texts. */
function documentOf(
  { image, app }: Version,
  { secrets }: RecordedVersion,
  isKnown: (name: string) => boolean,
): Json {
  const { name: _, hooks: _hooks, image: repository, ...rest } = app;
  const document: Json = JSON.parse(JSON.stringify({ image: imageReference(repository, image), ...rest }));
  for (const container of containersOf(app)) {
    for (const [variable, source] of Object.entries(container.secrets)) {
      const at = [...container.at, "secrets", variable];
      const { config } = source;
      if (config === undefined || !isKnown(config) || valueAt(document, at) === undefined) continue;
      setAt(document, at, { ...source, hash: secrets[config] });
    }
  }
  return document;
}

/** What a change of a file's text or of a secret is told by: that there is one. */
const HIDDEN = [
  /^(.*\bfiles(?:\[".*?"\]|\.\w+))\.text$/,
  /^(content)\.text$/,
  /^((?:.*\.)?secrets(?:\.[\w-]+|\[".*?"\]))(?:\..*)?$/,
];
const HIDDEN_WHOLE = /^(?:(?:.*\.)?files(?:\[".*?"\]|\.\w+)|content)$/;

function settingChange({ path, from, to }: Difference): SettingChange {
  const change = from === undefined ? "added" : to === undefined ? "removed" : "changed";
  const hidden = HIDDEN.flatMap((pattern) => pattern.exec(path)?.[1] ?? [])[0];
  if (hidden !== undefined) {
    return { path: hidden, change: hidden === path ? change : "changed", from: undefined, to: undefined };
  }
  if (HIDDEN_WHOLE.test(path)) return { path, change, from: undefined, to: undefined };
  return { path, change, from, to };
}

/** A change in one line: `env.LOG_LEVEL  info → debug`, `secrets.DB_PASSWORD  changed`, `image  2.4.20 (same)`. */
export const settingText = (change: SettingChange): string => `${change.path}  ${fromToText(change)}`;

/** The values of a change: `info → debug`, or that there is one. A value that is not there is undefined, and null in JSON. */
export function fromToText({ change, from, to }: SettingChange): string {
  if (change === "same") return `${valueText(to)} (same)`;
  if ((from ?? to ?? undefined) === undefined) return change;
  return `${valueText(from)} → ${valueText(to)}`;
}

const LONGEST_VALUE = 100;

function valueText(value: unknown): string {
  if (value === undefined || value === null) return "none";
  const text = typeof value === "string" && value !== "" ? value : JSON.stringify(value);
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text;
}

const SECRET_HINT =
  "Give a new value of a secret a name of its own in the stages' files, for the new version to name. ";

/** A version that is live, and what it would be made from otherwise. */
export interface ChangedVersion {
  readonly version: string;
  readonly changes: readonly SettingChange[];
}

type ByName = Readonly<Record<string, RecordedVersion>>;

/**
 * The versions that would be made from something else, with what.
 * @param bound versions as the release record has them, by name
 * @param now the same versions as they would be declared now
 */
export function changedVersions(bound: ByName, now: ByName): ChangedVersion[] {
  return Object.entries(bound).flatMap(([version, recorded]) => {
    const declared = now[version];
    const changes = declared ? (settingChanges(recorded, declared) ?? []) : [];
    return changes.length === 0 ? [] : [{ version, changes }];
  });
}

/** `version 2.4.20 is live, and would be changed:`, and a line for each value. */
export const changedVersionLines = ({ version, changes }: ChangedVersion): string[] => [
  `version ${version} is live, and would be changed:`,
  ...changes.map((change) => `  ${settingText(change)}`),
];

/**
 * What is live changes through the stages alone.
 * @throws Refusal with every value that differs
 */
export function requireUnchangedVersions(stage: string, changed: readonly ChangedVersion[]): void {
  const lines = changed.flatMap(changedVersionLines);
  if (lines.length === 0) return;
  const isOfSecret = lines.some((line) => /\bsecrets\..* changed$/.test(line));
  throw new Refusal(
    `stage ${stage} is refused: what is live changes through the stages alone\n${lines.join("\n")}`,
    `${isOfSecret ? SECRET_HINT : ""}Take it back, or release it: canary release NAME --from-app (while another release is under way, add --abandon). Or set lifecycleOverride in Pulumi.${stage}.yaml to the reason why it does not count.`,
  );
}
