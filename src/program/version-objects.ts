import * as pulumi from "@pulumi/pulumi";
import type { Live } from "../application/live.ts";
import { ApiError, type KubernetesApi } from "../cluster/api.ts";
import { versionObjectPath } from "../cluster/objects.ts";
import { UserError } from "../errors.ts";
import type { Deployment } from "../model/deployment.ts";
import { TRACKS } from "../model/names.ts";
import type { StagePlan } from "../model/plan.ts";
import type { RecordedVersion } from "../model/version.ts";

/** ConfigMaps and Secrets of versions, each as `ConfigMap/shop-new-0123456789`. */
export interface VersionObjects {
  /** What the record lists: all that there may be. */
  readonly listed: readonly string[];
  /** What is there, and no version of the release has any use for. */
  readonly unneeded: readonly string[];
}

/** A stage, and what is live before it. */
export interface StageObjects {
  readonly namespace: string;
  readonly plan: StagePlan;
  readonly material: Readonly<Record<string, { readonly recorded: RecordedVersion }>>;
  readonly live: Live;
}

/** The objects of a stage's versions, and those of earlier releases that go once the stage is in place. */
export async function objectsOfStage(
  api: KubernetesApi,
  { namespace, plan, material, live }: StageObjects,
): Promise<VersionObjects> {
  const used = TRACKS.flatMap((track) => objectsUsedBy(plan.tracks[track].name, live.deployments[track]));
  const objects = versionObjects(
    TRACKS.map((track) => plan.tracks[track]),
    Object.fromEntries(Object.entries(material).map(([name, { recorded }]) => [name, recorded])),
    [...(live.record?.objects ?? []), ...used],
  );
  const unneeded = await existing(api, namespace, objects.unneeded);
  const gone = new Set(objects.unneeded.filter((object) => !unneeded.includes(object)));
  return { listed: objects.listed.filter((object) => !gone.has(object)), unneeded };
}

interface Track {
  readonly name: string;
  readonly version: string;
}

/**
 * Which objects a stage needs: those that it declares, and those of its release's versions that were there before, which a
 * way back needs.
 * @param before what the record lists, and what the live Deployments use
 */
export function versionObjects(
  tracks: readonly Track[],
  versions: Readonly<Record<string, RecordedVersion>>,
  before: readonly string[],
): VersionObjects {
  const objectsOf = (track: string, version: string): string[] => {
    const { content, secret } = versions[version] ?? {};
    return [
      ...(content === undefined ? [] : [`ConfigMap/${track}-${content}`]),
      ...(secret === undefined ? [] : [`Secret/${track}-${secret}`]),
    ];
  };
  const declared = tracks.flatMap(({ name, version }) => objectsOf(name, version));
  const needed = new Set(
    tracks.flatMap(({ name }) => Object.keys(versions).flatMap((version) => objectsOf(name, version))),
  );
  return {
    listed: [...new Set([...declared, ...before])].sort(),
    unneeded: [...new Set(before)].filter((object) => !needed.has(object)).sort(),
  };
}

/** The objects of versions that a Deployment uses. One that a stage left half done may use those of a version that no record names. */
export function objectsUsedBy(name: string, deployment: Deployment | undefined): string[] {
  const template = JSON.stringify(deployment?.spec.template ?? {});
  const used = (kind: "ConfigMap" | "Secret", reference: string): string[] =>
    [...template.matchAll(new RegExp(`"${reference}":\\{[^{}]*"name":"(${name}-[0-9a-f]{10})"`, "g"))].map(
      ([, object]) => `${kind}/${object}`,
    );
  return [...new Set([...used("ConfigMap", "configMap"), ...used("Secret", "secretKeyRef")])];
}

/** Those of the objects that are there, or may be: an account without rights to Secrets is told nothing of them. */
async function existing(
  api: KubernetesApi,
  namespace: string,
  objects: readonly string[],
): Promise<string[]> {
  const isThere = async (object: string): Promise<boolean> => {
    try {
      return (await api.get(versionObjectPath(namespace, object))) !== undefined;
    } catch (error) {
      if (error instanceof ApiError) return true;
      throw error;
    }
  };
  const found = await Promise.all(objects.map(isThere));
  return objects.filter((_, index) => found[index]);
}

/** Deletes objects that are not needed any more. One that stays is named: the record lists it, and the next stage tries again. */
export async function deleteObjects(
  api: KubernetesApi,
  namespace: string,
  objects: readonly string[],
): Promise<void> {
  for (const object of objects) {
    try {
      await api.send("DELETE", versionObjectPath(namespace, object));
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) continue;
      if (!(error instanceof ApiError || error instanceof UserError)) throw error;
      await pulumi.log.warn(`${object} of an earlier release could not be deleted yet: ${error.message}`);
    }
  }
}
