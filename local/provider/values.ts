/**
 * Pulumi property values and plain JSON. On the wire a secret is a wrapper object and an unknown a marker string;
 * the rest of the plugin works on plain objects, with the places of the secrets kept beside them.
 * The constants are part of the engine's protocol (sdk/go/common/resource in its published source).
 */
import { isObject, type Json, type JsonObject, type Path } from "./json.ts";
import { type JavaScriptValue, Struct } from "./protocol.ts";

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
const OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4";

export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
/** One marker for each type that an unknown can have: string, bool, number, array, map. */
const UNKNOWNS: ReadonlySet<Json> = new Set<Json>([
  UNKNOWN,
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

/** A property bag: its plain value, and the paths in it that are secret. */
export interface Bag {
  readonly value: JsonObject;
  readonly secrets: readonly Path[];
}

export function isUnknown(value: Json): boolean {
  return UNKNOWNS.has(value);
}

export function containsUnknown(value: Json): boolean {
  if (Array.isArray(value)) return value.some(containsUnknown);
  return isObject(value) ? Object.values(value).some(containsUnknown) : isUnknown(value);
}

/** Reads a bag from the wire. Keys whose value is null are left out, as in the vendor's plugin. */
export function decode(struct: Struct | undefined): Bag {
  const secrets: Path[] = [];
  const walk = (value: Json, path: Path): Json => {
    if (Array.isArray(value)) return value.map((item, index) => walk(item, [...path, index]));
    if (!isObject(value)) return value;
    if (value[SIGNATURE] === SECRET) {
      secrets.push(path);
      return walk(value.value, path);
    }
    if (value[SIGNATURE] === OUTPUT) {
      if (value.secret === true) secrets.push(path);
      return "value" in value ? walk(value.value, path) : UNKNOWN;
    }
    const present = Object.entries(value).filter(([, item]) => item !== null);
    return Object.fromEntries(present.map(([key, item]) => [key, walk(item, [...path, key])]));
  };
  const value = walk((struct?.toJavaScript() ?? {}) as JsonObject, []);
  return { value: isObject(value) ? value : {}, secrets };
}

/** Writes a bag to the wire, keys sorted: maps have no order there, and a stable one keeps states comparable. */
export function encode(bag: Bag): Struct {
  const secret = new Set(bag.secrets.map((path) => JSON.stringify(path)));
  const walk = (value: Json, path: Path, inSecret: boolean): Json => {
    const wrap = !inSecret && secret.has(JSON.stringify(path));
    const plain = children(value, path, (item, itemPath) => walk(item, itemPath, inSecret || wrap));
    return wrap ? { [SIGNATURE]: SECRET, value: plain } : plain;
  };
  return Struct.fromJavaScript(walk(bag.value, [], false) as Record<string, JavaScriptValue>);
}

function children(value: Json, path: Path, walk: (item: Json, path: Path) => Json): Json {
  if (Array.isArray(value)) return value.map((item, index) => walk(item ?? null, [...path, index]));
  if (!isObject(value)) return value;
  const keys = Object.keys(value)
    .filter((key) => value[key] !== undefined)
    .sort();
  return Object.fromEntries(keys.map((key) => [key, walk(value[key], [...path, key])]));
}
