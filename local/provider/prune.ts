/** The live object cut down to what the inputs own, so that what the server adds never shows as a change. */
import { isObject, type Json, type JsonObject } from "./json.ts";

/** By which field the items of a list are told apart, tried in this order (Kubernetes' merge keys). */
const LIST_KEYS = ["name", "mountPath", "containerPort", "port", "key", "ip", "topologyKey", "uid"];

/** Where quantities stand: limits and requests of a container, `hard` of a quota, `sizeLimit` of a volume. */
const QUANTITY_FIELDS = new Set(["requests", "limits", "hard", "capacity", "sizeLimit"]);

/**
 * What `live` says about everything that `inputs` mention. Where both say the same in other words (a quantity, an
 * empty object that the server drops), the inputs' words stay.
 */
export function pruned(inputs: JsonObject, live: JsonObject, quantities = false): JsonObject {
  const kept = Object.entries(inputs).map(([key, value]): [string, Json] => {
    const found = prunedValue(value, live[key], quantities || QUANTITY_FIELDS.has(key));
    return [key, found === undefined && isEmpty(value) ? value : found];
  });
  return Object.fromEntries(kept.filter(([, value]) => value !== undefined));
}

function prunedValue(inputs: Json, live: Json, quantities: boolean): Json {
  if (live === undefined) return undefined;
  if (isObject(inputs) && isObject(live)) return pruned(inputs, live, quantities);
  if (Array.isArray(inputs) && Array.isArray(live)) return prunedList(inputs, live);
  return quantities && sameQuantity(inputs, live) ? inputs : live;
}

function prunedList(inputs: Json[], live: Json[]): Json[] {
  const objects = inputs.filter(isObject);
  const liveObjects = live.filter(isObject);
  const allObjects = objects.length === inputs.length && liveObjects.length === live.length;
  const key = LIST_KEYS.find((name) => objects.length > 0 && objects.every((item) => name in item));
  if (!allObjects || !key) {
    return live.map((item, index) =>
      index < inputs.length ? prunedValue(inputs[index], item, false) : item,
    );
  }
  return objects.flatMap((item) => {
    const same = liveObjects.find((candidate) => candidate[key] === item[key]);
    return same ? [pruned(item, same)] : [];
  });
}

function isEmpty(value: Json): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}

/** Kubernetes' quantity suffixes (apimachinery, resource.Quantity). */
const SUFFIXES = new Map([
  ["n", 1e-9],
  ["u", 1e-6],
  ["m", 1e-3],
  ["", 1],
  ["k", 1e3],
  ["M", 1e6],
  ["G", 1e9],
  ["T", 1e12],
  ["P", 1e15],
  ["E", 1e18],
  ["Ki", 2 ** 10],
  ["Mi", 2 ** 20],
  ["Gi", 2 ** 30],
  ["Ti", 2 ** 40],
  ["Pi", 2 ** 50],
  ["Ei", 2 ** 60],
]);

/** Whether two texts are one quantity: the server answers "500m" to "0.5", and "0.5" to 0.5. */
export function sameQuantity(a: Json, b: Json): boolean {
  const left = quantity(a);
  return left !== undefined && left === quantity(b) && typeof b === "string";
}

function quantity(value: Json): number | undefined {
  if (typeof value === "number") return value;
  const match = typeof value === "string" ? /^([+-]?\d+\.?\d*)([a-zA-Z]{0,2})$/.exec(value) : null;
  const factor = SUFFIXES.get(match?.[2] ?? "");
  return match && factor !== undefined ? Number((Number(match[1]) * factor).toPrecision(12)) : undefined;
}
