import { z } from "zod";

/** The parts of a pod's metadata that can decide about its traffic, and its version. */
export interface PodMarks {
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Annotation of pods whose version has another name than their image's tag: of one with an `image` of its own. */
export const VERSION_MARK = "canary-stages/version";

/** Tag or digest of an image: `2.4.20` of `registry.test:5000/httpd:2.4.20`. Empty where it has none. */
export function tagOf(image: string): string {
  const name = image.slice(image.lastIndexOf("/") + 1);
  const at = name.search(/[@:]/);
  return at < 0 ? "" : name.slice(at + 1);
}

/** The version that a pod, or a template of pods, is of. */
export const versionOfPod = ({ annotations }: PodMarks, image: string): string =>
  annotations?.[VERSION_MARK] ?? tagOf(image);

/** What a version was made from when a stage was applied, as the release record keeps it. */
export const recordedVersion = z.object({
  /** Tag or digest of its image. */
  image: z.string(),
  /** `app` as the version has it, without what is the default; texts of files are their digests. */
  app: z.record(z.string(), z.unknown()),
  /** Keyed hash of each of its secret values, by their names under `secrets` in the stage's file. */
  secrets: z.record(z.string(), z.string()),
  /** Hash in the name of its ConfigMaps; undefined where it has no files. */
  content: z.string().optional(),
  /** Hash in the name of its Secrets; undefined where it has none. */
  secret: z.string().optional(),
});

export type RecordedVersion = z.infer<typeof recordedVersion>;

/** A value as JSON whose keys are sorted at every depth: the same value is the same text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
