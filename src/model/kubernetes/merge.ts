import { type KeyType, keyType } from "./types.ts";

/** Types of which an entry has exactly one of its sources. */
const WITH_ONE_SOURCE: ReadonlySet<string> = new Set(["EnvVar", "Volume"]);

type Values = Readonly<Record<string, unknown>>;

/**
 * A strategic merge, as `kubectl patch` does it: objects key by key; lists whose entries have a name (containers, volumes,
 * env by `name`, volumeMounts by `mountPath`, ports by `containerPort`) entry by entry; any other value takes the place of
 * what was there, and null takes it away. Entries that are there keep their order, new ones come after them.
 *
 * An entry of `env` or `volumes` takes the place of the one with its name: it has one source of several, and both would be one
 * too many. For example `{ containers: [{ name: "shop", tty: true }] }` over a pod with that container gives it a terminal and
 * leaves everything else. Source: "Strategic Merge Patch" of the Kubernetes community's documentation, without its
 * directives (`$patch`).
 * @param type name of the values' type in Kubernetes' API
 */
export function strategicMerge<T extends object>(type: string, base: T, patch: object): T {
  return mergeObjects(type, base as Values, patch as Values) as T;
}

function mergeObjects(type: string, base: Values, patch: Values): Values {
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else merged[key] = mergeValues(keyType(type, key), base[key], value);
  }
  return merged;
}

function mergeValues(wanted: KeyType | undefined, base: unknown, patch: unknown): unknown {
  const type = wanted?.name ?? "object";
  if (wanted?.mergeKey !== undefined && Array.isArray(patch)) {
    return mergeLists(type, wanted.mergeKey, Array.isArray(base) ? base : [], patch);
  }
  if (!isObject(patch)) return patch;
  // Entries of a map are scalars everywhere in a PodSpec.
  return mergeObjects(wanted?.form === "one" ? type : "object", isObject(base) ? base : {}, patch);
}

function mergeLists(type: string, mergeKey: string, base: readonly Values[], patch: readonly Values[]) {
  const merged = [...base];
  for (const entry of patch) {
    const at = merged.findIndex((one) => one[mergeKey] === entry[mergeKey]);
    const found = WITH_ONE_SOURCE.has(type) ? {} : (merged[at] ?? {});
    merged.splice(at < 0 ? merged.length : at, 1, mergeObjects(type, found, entry));
  }
  return merged;
}

const isObject = (value: unknown): value is Values =>
  typeof value === "object" && value !== null && !Array.isArray(value);
