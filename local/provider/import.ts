/** Inputs for an object that no program has described yet: `pulumi import`, and lookups such as `ConfigMap.get`. */
import { at, isObject, type Json, type JsonObject, listAt, objectAt, textAt } from "./json.ts";

const CONTROLLERS = new Set(["kube-controller-manager", "kube-apiserver", "kube-scheduler", "kubelet"]);
const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

/** The fields that somebody set, by the server's own record, without status and without what controllers added. */
export function ownedFields(live: JsonObject): JsonObject {
  const entries = listAt(live, "metadata", "managedFields").filter(
    (entry) => !at(entry, "subresource") && !CONTROLLERS.has(textAt(entry, "manager") ?? ""),
  );
  const owned = entries.reduce<JsonObject>(
    (known, entry) => owning(objectAt(entry, "fieldsV1"), live, known),
    {},
  );
  return { ...owned, apiVersion: live.apiVersion, kind: live.kind, metadata: metadata(live, owned) };
}

function metadata(live: JsonObject, owned: JsonObject): JsonObject {
  const { [LAST_APPLIED]: _, ...annotations } = objectAt(owned, "metadata", "annotations");
  return {
    ...objectAt(owned, "metadata"),
    name: at(live, "metadata", "name"),
    namespace: at(live, "metadata", "namespace"),
    annotations: Object.keys(annotations).length > 0 ? annotations : undefined,
  };
}

/** `known` and, beside it, what a managedFields entry says is set: `f:name` is a field, `k:{…}` an item of a list. */
function owning(fields: JsonObject, live: JsonObject, known: JsonObject): JsonObject {
  const out = { ...known };
  for (const [field, inside] of Object.entries(fields)) {
    const name = field.startsWith("f:") ? field.slice(2) : undefined;
    if (name === undefined || live[name] === undefined) continue;
    out[name] = ownedValue(isObject(inside) ? inside : {}, live[name], out[name]);
  }
  return out;
}

function ownedValue(inside: JsonObject, live: Json, known: Json): Json {
  const keys = Object.keys(inside);
  if (isObject(live) && keys.some((key) => key.startsWith("f:"))) {
    return owning(inside, live, isObject(known) ? known : {});
  }
  if (!Array.isArray(live) || !keys.some((key) => key.startsWith("k:"))) return live;
  return live.flatMap((item) => ownedItem(inside, item, Array.isArray(known) ? known : []));
}

function ownedItem(inside: JsonObject, item: Json, known: Json[]): Json[] {
  const key = Object.keys(inside).find((candidate) => candidate.startsWith("k:") && names(candidate, item));
  const before = key ? known.find((candidate) => names(key, candidate)) : undefined;
  if (!key || !isObject(item)) return known.filter((candidate) => isPart(candidate, item));
  return [owning(objectAt(inside, key), item, isObject(before) ? before : {})];
}

/** Whether `k:{"name":"web"}` names this item. */
function names(key: string, item: Json): boolean {
  const identity: unknown = JSON.parse(key.slice(2));
  if (typeof identity !== "object" || identity === null) return false;
  return Object.entries(identity).every(([name, value]) => at(item, name) === value);
}

/** Whether every value of `part` stands in `whole` as well. */
function isPart(part: Json, whole: Json): boolean {
  if (isObject(part)) return Object.entries(part).every(([key, value]) => isPart(value, at(whole, key)));
  if (Array.isArray(part)) return Array.isArray(whole) && part.every((a) => whole.some((b) => isPart(a, b)));
  return part === whole;
}
