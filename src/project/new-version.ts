import { isDeepStrictEqual } from "node:util";
import { parse, YAMLParseError } from "yaml";
import { type Json, setAt } from "../config/app/settings.ts";
import { isMerged, mergedApp } from "../config/app/versions.ts";
import { YAML_AS_KUBERNETES } from "../config/yaml.ts";
import { UserError } from "../errors.ts";
import { pathParts, valueAt } from "../model/differences.ts";

/**
 * The entry of a new version by `--set`, as it was typed: `env.LOG_LEVEL=debug`, `resources.limits.memory=1Gi`, `env.OLD=null`.
 * Below the keys that are merged, the entry has values as a whole: those of `app`, with what is set.
 * @param app as it stands in Pulumi.yaml
 * @throws UserError for what is no KEY=VALUE, or leads into what is no map or list
 */
export const entryWith = (app: Json, settings: readonly string[]): Json =>
  settings.reduce<Json>((entry, setting) => withSetting(app, entry, setting), {});

function withSetting(app: Json, entry: Json, setting: string): Json {
  const [, path = "", text = ""] = /^([^=]+)=(.*)$/s.exec(setting) ?? [];
  const at = pathParts(path);
  const [key = ""] = at;
  if (key === "") throw noSetting(setting, "it is no KEY=VALUE");
  const merged = mergedApp(app, entry);
  const whole = at.slice(0, isMerged(key, merged[key] ?? {}) ? 2 : 1);
  const edited = structuredClone(entry);
  if (at.length > whole.length) put(edited, whole, structuredClone(valueAt(merged, whole) ?? {}), setting);
  put(edited, at, readValue(text, at.includes("env"), setting), setting);
  return edited;
}

/** Sets a value, and makes the maps that lead to it. */
function put(document: Json, at: readonly string[], value: unknown, setting: string): void {
  const owner = at.slice(0, -1);
  if (owner.length > 0 && valueAt(document, owner) === undefined) put(document, owner, {}, setting);
  const found = owner.length > 0 ? valueAt(document, owner) : document;
  if (typeof found !== "object" || found === null) throw noSetting(setting, `${owner.join(".")} is no map`);
  setAt(document, at, value);
}

/** A variable is a text; anything else is what YAML reads, and null takes away. */
function readValue(text: string, isText: boolean, setting: string): unknown {
  if (text === "null") return null;
  if (isText) return text;
  try {
    return parse(text, YAML_AS_KUBERNETES) ?? "";
  } catch (error) {
    if (error instanceof YAMLParseError) throw noSetting(setting, "its value is no YAML");
    throw error;
  }
}

const noSetting = (setting: string, why: string): UserError =>
  new UserError(`--set ${setting} cannot be set: ${why}`, "For example: --set env.LOG_LEVEL=debug.");

/**
 * The entry with which a version stays what it was, where `app` says something else now.
 * @param was `app` as the version had it, evaluated
 * @param is `app` as Pulumi.yaml has it now, evaluated
 */
export function entryToKeep(was: Json, is: Json): Json {
  const keys = [...new Set([...Object.keys(was), ...Object.keys(is)])].sort();
  const changed = keys.filter((key) => !isDeepStrictEqual(was[key], is[key]));
  return Object.fromEntries(
    changed.map((key) => {
      const [before, now] = [was[key], is[key]];
      if (!isMerged(key, before) || !isMerged(key, now)) return [key, before ?? null];
      const inner = [...new Set([...Object.keys(before), ...Object.keys(now)])].sort();
      const differing = inner.filter((name) => !isDeepStrictEqual(before[name], now[name]));
      return [key, Object.fromEntries(differing.map((name) => [name, before[name] ?? null]))];
    }),
  );
}
