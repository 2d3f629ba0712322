import type { Difference } from "./differences.ts";
import { differences } from "./differences.ts";
import { FIELD_MANAGER } from "./names.ts";

/** An object as the API gives it, as far as it says who manages it. */
export interface ManagedObject {
  readonly metadata: {
    readonly managedFields?: readonly { readonly manager?: string; readonly subresource?: string }[];
  };
}

/** Who manages an object's desired state, each once: `kubectl-create`. Whoever writes its status alone is left out. */
export function managersOf({ metadata }: ManagedObject): string[] {
  const managers = (metadata.managedFields ?? [])
    .filter(({ subresource }) => subresource === undefined || subresource === "")
    .map(({ manager = "somebody" }) => manager);
  return [...new Set(managers)];
}

/** Whether this program made an object, or has taken it over. */
export const isOurs = (object: ManagedObject): boolean => managersOf(object).includes(FIELD_MANAGER);

/** Marks of ours on every object, which change nothing of what it does. */
const OUR_MARKS =
  /^(apiVersion|kind)$|^metadata\.(annotations\["pulumi\.com\/|labels\["app\.kubernetes\.io\/managed-by)/;

/** What the engine says in a preview where a value is not known yet. Source: `unknownValue` of Pulumi's Node SDK. */
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/**
 * What a declaration would change in a live object: each declared value that is another one there, or is not there. What
 * only the live object has is left alone by server-side apply, and is no difference.
 */
export function changedValues(live: unknown, declared: unknown): Difference[] {
  return differences(sameShape(live, declared), declared).filter(
    ({ path, to }) => !OUR_MARKS.test(path) && to !== UNKNOWN,
  );
}

/** The live value, reduced to the keys that the declared one has. Lists of another length stay whole. */
function sameShape(live: unknown, declared: unknown): unknown {
  if (Array.isArray(live) && Array.isArray(declared)) {
    return live.length === declared.length ? live.map((item, at) => sameShape(item, declared[at])) : live;
  }
  if (!isObject(live) || !isObject(declared)) return live;
  // A map that is not there at all has none of the declared values: each of them is told by itself.
  const keys = Object.keys(declared).filter((key) => key in live || isObject(declared[key]));
  return Object.fromEntries(keys.map((key) => [key, sameShape(live[key] ?? {}, declared[key])]));
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
