import table from "./pod-types.json" with { type: "json" };

/**
 * The types that a PodSpec consists of, by name and key, of Kubernetes 1.36: made from the OpenAPI document of that release
 * by test/support/kubernetes-types.ts, and compared by a test with the models of @kubernetes/client-node
 * (docs/adr/0076-a-piece-of-pod-spec.md).
 */
const TYPES: Readonly<Record<string, Readonly<Record<string, string>>>> = table;

/** What a key of a type takes. */
export interface KeyType {
  /** `Container`, `string`, `Quantity`, … */
  readonly name: string;
  readonly form: "one" | "list" | "map";
  readonly required: boolean;
  /** The key whose value names an entry of a list in a strategic merge; undefined for a list that is one value. */
  readonly mergeKey: string | undefined;
}

/** The keys of a type; empty for a scalar, and for a type that is none. */
export const keysOf = (type: string): readonly string[] =>
  Object.hasOwn(TYPES, type) ? Object.keys(TYPES[type] ?? {}) : [];

export const isScalar = (type: string): boolean => !Object.hasOwn(TYPES, type);

/** What a key of a type takes; undefined for a key that the type does not have. */
export function keyType(type: string, key: string): KeyType | undefined {
  const row = Object.hasOwn(TYPES, type) ? TYPES[type] : undefined;
  const text = row && Object.hasOwn(row, key) ? row[key] : undefined;
  const [, name, form, required, mergeKey] = /^(\w+)(\[\]|\{\})?(!)?(?: by (\w+))?$/.exec(text ?? "") ?? [];
  if (name === undefined) return undefined;
  return {
    name,
    form: form === "[]" ? "list" : form === "{}" ? "map" : "one",
    required: required !== undefined,
    mergeKey,
  };
}
