import { z } from "zod";
import { appSchema } from "../app.ts";
import { plainWords } from "../errors.ts";
import { type AppConfig, appShape } from "./shape.ts";
import { version } from "./texts.ts";

/** A version of the application: its image, and `app` as it has it. */
export interface Version {
  /** Tag or digest of its image. */
  readonly image: string;
  readonly app: AppConfig;
}

/** What a version changes of `app`, as it stands in Pulumi.yaml. */
type Overrides = Readonly<Record<string, unknown>>;

/** Versions by their names: those that have an entry. */
export type Versions = Readonly<Record<string, Version>>;

/**
 * What versions change of `app`, by their names: `{ "2.4.20-debug": { image: "2.4.20", env: { LOG_LEVEL: debug } } }`. A version
 * without an entry is an image tag or digest, and has `app` as it is. Default: none.
 */
export const versions = z
  .record(z.string(), z.record(z.string(), z.unknown(), "must be an object: what the version changes of app"))
  .default({});

/** Keys of `app` that both tracks have in common: objects' names, what the Service leads to, what the namespace enforces. */
const SHARED: ReadonlySet<string> = new Set(["name", "port", "podSecurity"]);

/** In a piece of PodSpec, null says something itself. */
const REPLACED: ReadonlySet<string> = new Set(["pod"]);

/**
 * `app` with what a version changes: a map is merged by its keys, anything else is replaced, and null takes a key away. Below
 * these keys nothing is merged: a file, a probe or a volume is replaced as a whole, and so is `pod`.
 */
export function mergedApp(app: Overrides, overrides: Overrides): Record<string, unknown> {
  const merged: Record<string, unknown> = { ...app };
  for (const [key, value] of Object.entries(overrides)) {
    const before = merged[key];
    if (value === null) delete merged[key];
    else if (!isMerged(key, value)) merged[key] = value;
    else merged[key] = withoutNulls(isMerged(key, before) ? { ...before, ...value } : value);
  }
  return merged;
}

const withoutNulls = (map: Overrides): Overrides =>
  Object.fromEntries(Object.entries(map).filter(([, value]) => value !== null));

/** Whether the value of this key of `app` is merged by its own keys. */
export const isMerged = (key: string, value: unknown): value is Overrides =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !REPLACED.has(key);

/** For errors: the keys that an entry may have. */
export const versionsSchema = z.strictObject({
  versions: z.record(z.string(), z.strictObject(appShape)),
});

/** What was made of an entry: a version, or what is wrong with it. */
export interface EvaluatedEntry {
  /** What was parsed: `app` with the entry merged over it. */
  readonly merged: Overrides;
  readonly version?: Version;
  readonly issues: readonly z.core.$ZodIssue[];
}

/** Evaluates an entry of `versions`. @param app as it stands in Pulumi.yaml @param name of the version */
export function evaluateEntry(
  app: Overrides,
  name: string,
  { image, ...overrides }: Overrides,
): EvaluatedEntry {
  const merged = mergedApp(app, overrides);
  const shared = Object.keys(overrides).filter((key) => SHARED.has(key));
  const parsed = appSchema.safeParse(merged, { error: plainWords });
  const tag = version.safeParse(image ?? name, { error: plainWords });
  const issues = [
    ...shared.map((key) => issueAt([key], overrides[key], "is the same in all versions: change it in app")),
    ...(tag.error?.issues ?? []).map((issue) => ({ ...issue, path: ["image", ...issue.path] })),
    ...(parsed.error?.issues ?? []),
  ].map((issue) => ({ ...issue, path: ["versions", name, ...issue.path] }));
  return {
    merged: { ...merged, image },
    issues,
    ...(parsed.success && tag.success && { version: { image: tag.data, app: parsed.data } }),
  };
}

const issueAt = (path: PropertyKey[], input: unknown, message: string): z.core.$ZodIssue => ({
  code: "custom",
  path,
  input,
  message,
});

/** A version of a configuration: by its entry, or an image with `app` as it is. */
export const versionOf = (
  { app, versions: entries }: { readonly app: AppConfig; readonly versions: Versions },
  name: string,
): Version => (Object.hasOwn(entries, name) ? entries[name] : undefined) ?? { image: name, app };
