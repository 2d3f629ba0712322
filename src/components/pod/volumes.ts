import type * as k8s from "@pulumi/kubernetes";
import { type AppContainer, sortedEntries } from "../../config/app/container-list.ts";
import type { PodArgs } from "./args.ts";
import { contentOf } from "./content.ts";

type Volume = k8s.types.input.core.v1.Volume;
type VolumeMount = k8s.types.input.core.v1.VolumeMount;

const CONTENT_VOLUME = "content";

/** The volumes of a pod: its version's files, an empty folder for each path that is written to, and the application's. */
export function volumesOf(args: PodArgs): Volume[] {
  return [
    ...contentVolumes(args),
    ...args.app.writablePaths.map((_, index) => ({
      name: `writable-${index}`,
      emptyDir: { sizeLimit: args.app.writableSizeLimit },
    })),
    ...sortedEntries(args.app.volumes).map(([name, source]): Volume => ({ name, ...source })),
  ];
}

/** Each file is mounted by itself, so that what is beside it in the image stays. */
export function mountsOf({ files, writablePaths, mounts }: AppContainer): VolumeMount[] {
  return [
    ...files.map(({ key, path }) => ({
      name: CONTENT_VOLUME,
      mountPath: path,
      subPath: key,
      readOnly: true,
    })),
    ...writablePaths.map((mountPath, index) => ({ name: `writable-${index}`, mountPath })),
    ...sortedEntries(mounts).map(([mountPath, { volume, readOnly, subPath }]) => ({
      name: volume,
      mountPath,
      ...(readOnly && { readOnly }),
      ...(subPath !== undefined && { subPath }),
    })),
  ];
}

function contentVolumes(args: PodArgs): Volume[] {
  const content = contentOf(args);
  if (!content) return [];
  // A volume that lists files has no others, so all are listed where one has a mode.
  const hasModes = args.files.some(({ source }) => source.mode !== undefined);
  const items = args.files.map(({ key, source: { mode } }) => ({
    key,
    path: key,
    ...(mode !== undefined && { mode: Number.parseInt(mode, 8) }),
  }));
  return [{ name: CONTENT_VOLUME, configMap: { name: content.name, ...(hasModes && { items }) } }];
}
