import { type ConfigMap, type Imported, type Json, listAt, objectAt } from "./manifest.ts";
import type { Remaining } from "./remaining.ts";

/** A file of a ConfigMap, where it lies in its volume. */
interface VolumeFile {
  readonly path: string;
  readonly text: string;
  readonly mode: number | undefined;
}

/** A volume as it is imported: files that go through the stages, or what it was. */
export type ImportedVolume =
  | { readonly files: readonly VolumeFile[] }
  | { readonly name: string; readonly source: Json };

/** Names that `app.volumes` cannot have. */
const TAKEN = /^(content|writable-\d+)$/;

/** The volumes of a pod by the names that its containers have for them. */
export function volumesOf(pod: Remaining, imported: Imported): ReadonlyMap<string, ImportedVolume> {
  const volumes = listAt({ volumes: pod.take("volumes") }, "volumes").map(({ name, ...source }) => {
    const files = filesOf(objectAt(source, "configMap"), imported);
    const named = TAKEN.test(String(name)) ? `${name}-volume` : String(name);
    return [String(name), files ? { files } : { name: named, source }] as const;
  });
  return new Map(volumes);
}

/** Undefined where it is no ConfigMap of the file, or one that is more than texts. */
function filesOf({ name, items, defaultMode }: Json, { configMaps }: Imported): VolumeFile[] | undefined {
  const configMap = configMaps.get(String(name));
  if (!configMap || !isTexts(configMap)) return undefined;
  const all = Object.keys(configMap.data).map((key) => ({ key, path: key }));
  const chosen = (items === undefined ? all : listAt({ items }, "items")) as readonly {
    key: string;
    path: string;
    mode?: number;
  }[];
  return chosen.map(({ key, path, mode = defaultMode as number | undefined }) => ({
    path,
    text: configMap.data[key] ?? "",
    mode,
  }));
}

/** `{version}` in a file of `app` is replaced, and was not. */
const isTexts = ({ data, hasBytes }: ConfigMap): boolean =>
  !hasBytes && !Object.values(data).some((text) => text.includes("{version}"));

/** Kubernetes' own, when a volume of a ConfigMap does not say. */
const USUAL_MODE = 0o644;

/** Where a container has volumes and files. */
export function mountsOf(
  container: Remaining,
  volumes: ReadonlyMap<string, ImportedVolume>,
  { notes, where }: Imported,
): { readonly mounts: Json; readonly files: Json } {
  const mounts: Record<string, unknown> = {};
  const files: Record<string, unknown> = {};
  for (const given of listAt({ mounts: container.take("volumeMounts") }, "mounts")) {
    const { name, mountPath, readOnly, subPath, ...rest } = given as Json & {
      name: string;
      mountPath: string;
    };
    const volume = volumes.get(name);
    const path = mountPath.replace(/(?<=.)\/$/, "");
    for (const key of Object.keys(rest))
      notes.push(`${where}.mounts[${JSON.stringify(path)}] cannot have ${key}: it is left out`);
    if (volume && "files" in volume)
      Object.assign(files, mountedFiles(volume.files, path, subPath as string | undefined));
    else {
      const named = volume?.name ?? name;
      mounts[path] =
        readOnly === true || subPath !== undefined
          ? {
              volume: named,
              ...(readOnly === true && { readOnly }),
              ...(subPath !== undefined && { subPath }),
            }
          : named;
    }
  }
  return { mounts, files };
}

function mountedFiles(files: readonly VolumeFile[], path: string, subPath: string | undefined): Json {
  const source = ({ text, mode = USUAL_MODE }: VolumeFile) =>
    mode === USUAL_MODE ? text : { text, mode: mode.toString(8).padStart(4, "0") };
  const single = files.find((file) => file.path === subPath);
  if (single) return { [path]: source(single) };
  const below = subPath === undefined ? "" : `${subPath}/`;
  return Object.fromEntries(
    files
      .filter((file) => file.path.startsWith(below))
      .map((file) => [`${path}/${file.path.slice(below.length)}`, source(file)]),
  );
}
