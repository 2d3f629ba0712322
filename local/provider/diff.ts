/** What has to change to get from one plain object to another, and how the engine is told. */
import { isImmutable, type Mutability } from "./immutable.ts";
import { isObject, type Json, type JsonObject, type Path, textAt } from "./json.ts";
import { parseState } from "./objects.ts";
import { providerPb } from "./protocol.ts";
import { pruned } from "./prune.ts";
import { isUnknown } from "./values.ts";

export interface Change {
  readonly path: Path;
  readonly kind: "add" | "delete" | "update";
}

/** The changes from `before` to `after`, each at the topmost place where they differ; `__` keys are bookkeeping. */
export function changes(before: Json, after: Json, path: Path = []): Change[] {
  const was = before ?? undefined;
  const will = after ?? undefined;
  if (was === will) return [];
  if (will === undefined) return [{ path, kind: "delete" }];
  if (was === undefined) return [{ path, kind: "add" }];
  if (isUnknown(will)) return [{ path, kind: "update" }];
  if (isObject(was) && isObject(will)) {
    const keys = [...new Set([...Object.keys(was), ...Object.keys(will)])].sort();
    const own = path.length === 0 ? keys.filter((key) => !key.startsWith("__")) : keys;
    return own.flatMap((key) => changes(was[key], will[key], [...path, key]));
  }
  if (Array.isArray(was) && Array.isArray(will)) {
    const indexes = Array.from({ length: Math.max(was.length, will.length) }, (_, index) => index);
    return indexes.flatMap((index) => changes(was[index], will[index], [...path, index]));
  }
  return [{ path, kind: "update" }];
}

/** A path as the engine writes it: `spec.template.metadata.annotations["example.com/key"]`, `containers[0]`. */
export function pathText(path: Path): string {
  return path
    .map((step, index) => {
      if (typeof step === "number") return `[${step}]`;
      if (/^[A-Za-z_$][\w$]*$/.test(step)) return index > 0 ? `.${step}` : step;
      return `["${step.replace(/(["\\])/g, "\\$1")}"]`;
    })
    .join("");
}

/**
 * Compares new inputs with what is live: the state's live object, cut down to what its inputs own. So drift that a
 * refresh has brought into the state shows as a change, and what the server added does not.
 */
export function diffResource(
  outputs: JsonObject,
  news: JsonObject,
  mutability: Mutability,
  ignored: readonly string[] = [],
): providerPb.DiffResponse {
  const { live, inputs } = parseState(outputs);
  const before = pruned(inputs, live);
  const found = changes(before, news).filter((change) => !isIgnored(pathText(change.path), ignored));
  const sameName = textAt(live, "metadata", "name") === textAt(news, "metadata", "name");
  const sameSpace = textAt(before, "metadata", "namespace") === textAt(news, "metadata", "namespace");
  return diffResponse(found, (change) => isImmutable(change.path.join("."), before, mutability), {
    deleteBeforeReplace: sameName && sameSpace,
  });
}

/** `ignoreChanges` names a path, and with it all that is below. */
function isIgnored(path: string, ignored: readonly string[]): boolean {
  return ignored.some(
    (prefix) => path === prefix || path.startsWith(`${prefix}.`) || path.startsWith(`${prefix}[`),
  );
}

/** PropertyDiff.Kind: for a change in place, and for one that replaces. */
const KINDS = {
  add: [providerPb.PropertyDiff.Kind.ADD, providerPb.PropertyDiff.Kind.ADD_REPLACE],
  delete: [providerPb.PropertyDiff.Kind.DELETE, providerPb.PropertyDiff.Kind.DELETE_REPLACE],
  update: [providerPb.PropertyDiff.Kind.UPDATE, providerPb.PropertyDiff.Kind.UPDATE_REPLACE],
} as const;

/** The engine's form of a diff. Two objects of one name cannot stand side by side: `deleteBeforeReplace`. */
export function diffResponse(
  found: readonly Change[],
  replaces: (change: Change) => boolean,
  options: { deleteBeforeReplace: boolean },
): providerPb.DiffResponse {
  const { DIFF_SOME, DIFF_NONE } = providerPb.DiffResponse.DiffChanges;
  const response = new providerPb.DiffResponse();
  response.setHasdetaileddiff(true);
  response.setChanges(found.length > 0 ? DIFF_SOME : DIFF_NONE);
  for (const change of found) {
    const replaced = replaces(change);
    const property = new providerPb.PropertyDiff();
    property.setKind(KINDS[change.kind][replaced ? 1 : 0]);
    property.setInputdiff(false);
    response.getDetaileddiffMap().set(pathText(change.path), property);
    if (replaced) response.addReplaces(pathText(change.path));
  }
  response.setDeletebeforereplace(response.getReplacesList().length > 0 && options.deleteBeforeReplace);
  return response;
}
