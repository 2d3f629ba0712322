/** One value that differs between two documents. */
export interface Difference {
  /** Path as Pulumi writes it, `spec.template.metadata.annotations["a.b/c"]`. */
  readonly path: string;
  readonly from: unknown;
  readonly to: unknown;
}

/** Every value that differs between two JSON documents, by its path. */
export function differences(from: unknown, to: unknown, path = ""): Difference[] {
  if (JSON.stringify(from) === JSON.stringify(to)) return [];
  if (!isObject(from) || !isObject(to)) return [{ path, from, to }];
  const keys = new Set([...Object.keys(from), ...Object.keys(to)]);
  return [...keys].sort().flatMap((key) => differences(from[key], to[key], joined(path, key, from, to)));
}

function joined(path: string, key: string, from: object, to: object): string {
  if (Array.isArray(from) && Array.isArray(to)) return `${path}[${key}]`;
  if (!/^[A-Za-z_][\w-]*$/.test(key)) return `${path}["${key}"]`;
  return path === "" ? key : `${path}.${key}`;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;

/** Parts of a property path as Pulumi writes it: `spec.ports[0].name`, `metadata.annotations["a.b/c"]`. */
export function pathParts(path: string): string[] {
  return [...path.matchAll(/\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|([^.[\]]+)/g)].map(
    ([, quoted, index, plain]) => quoted?.replace(/\\(.)/g, "$1") ?? index ?? plain ?? "",
  );
}

/** A value in a document, by the parts of its path; undefined where there is none. */
export function valueAt(document: unknown, parts: readonly PropertyKey[]): unknown {
  return parts.reduce<unknown>(
    (value, key) =>
      typeof value === "object" && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined,
    document,
  );
}
