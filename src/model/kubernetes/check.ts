import { isScalar, type KeyType, keysOf, keyType } from "./types.ts";

/** What is wrong at one place of a value. */
export interface TypeProblem {
  readonly path: readonly (string | number)[];
  /** What it has to be: "must be a text". */
  readonly message: string;
  /** For a key that the type does not have: those that it has. */
  readonly known?: readonly string[];
}

export interface CheckOptions {
  /** A fragment that is merged over something: what is required may be there already, and null takes a key away. */
  readonly isFragment: boolean;
}

type Path = readonly (string | number)[];

/**
 * Holds a value against a type of Kubernetes' API.
 * @param type its name there: `PodSpec`, `Toleration`
 * @returns a problem for each place that is wrong; none when the API server would understand all of it
 */
export function typeProblems(type: string, value: unknown, options: CheckOptions): TypeProblem[] {
  return problemsIn(type, value, options, []);
}

function problemsIn(type: string, value: unknown, options: CheckOptions, path: Path): TypeProblem[] {
  if (isScalar(type)) return scalarProblems(type, value, path);
  if (!isObject(value)) return [{ path, message: "must be an object" }];
  const unknown = Object.keys(value).filter((key) => !keyType(type, key) && !isDirective(key));
  const directives = Object.keys(value).filter(isDirective);
  const missing = options.isFragment
    ? []
    : keysOf(type).filter((key) => keyType(type, key)?.required && value[key] === undefined);
  return [
    ...directives.map((key) => ({ path: [...path, key], message: DIRECTIVE })),
    ...unknown.map((key) => ({ path: [...path, key], message: "is no known key", known: keysOf(type) })),
    ...missing.map((key) => ({ path: [...path, key], message: "Kubernetes requires it" })),
    ...Object.entries(value).flatMap(([key, inner]) => {
      const wanted = keyType(type, key);
      return wanted ? keyProblems(wanted, inner, options, [...path, key]) : [];
    }),
  ];
}

/** `$patch`, `$retainKeys`, `$setElementOrder/containers`, … */
const isDirective = (key: string): boolean => key.startsWith("$");
const DIRECTIVE =
  "is a directive of kubectl patch, and none is taken: null takes a key away, and a list whose entries have no names is replaced as a whole";

function keyProblems(wanted: KeyType, value: unknown, options: CheckOptions, path: Path): TypeProblem[] {
  if (value === null && options.isFragment) return [];
  if (wanted.form === "one") return problemsIn(wanted.name, value, options, path);
  if (wanted.form === "map") {
    if (!isObject(value)) return [{ path, message: "must be an object" }];
    return Object.entries(value).flatMap(([key, inner]) => {
      if (isDirective(key)) return [{ path: [...path, key], message: DIRECTIVE }];
      return inner === null && options.isFragment
        ? []
        : problemsIn(wanted.name, inner, options, [...path, key]);
    });
  }
  if (!Array.isArray(value)) return [{ path, message: "must be a list" }];
  return value.flatMap((entry, index) => [
    ...unnamedEntry(wanted.mergeKey, entry, [...path, index]),
    ...problemsIn(wanted.name, entry, options, [...path, index]),
  ]);
}

/** Without the key that names it nobody knows which entry is meant. */
function unnamedEntry(mergeKey: string | undefined, entry: unknown, path: Path): TypeProblem[] {
  if (mergeKey === undefined || !isObject(entry) || entry[mergeKey] !== undefined) return [];
  return [{ path, message: `needs ${mergeKey}, by which it is merged` }];
}

/** Forms of Kubernetes' own scalars: "Resource Quantity" and `IntOrString` of its API conventions. */
const QUANTITY = /^[+-]?(\d+|\d+\.\d*|\.\d+)(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei|[eE][+-]?\d+)?$/;

const SCALARS: Readonly<Record<string, readonly [isRight: (value: unknown) => boolean, message: string]>> = {
  string: [(value) => typeof value === "string", "must be a text"],
  integer: [Number.isInteger, "must be a whole number"],
  number: [(value) => typeof value === "number", "must be a number"],
  boolean: [(value) => typeof value === "boolean", "must be true or false"],
  Quantity: [
    (value) => typeof value === "number" || (typeof value === "string" && QUANTITY.test(value)),
    "must be a Kubernetes quantity such as 100m or 64Mi",
  ],
  IntOrString: [
    (value) => Number.isInteger(value) || typeof value === "string",
    "must be a whole number or a text",
  ],
};

function scalarProblems(type: string, value: unknown, path: Path): TypeProblem[] {
  const scalar = SCALARS[type];
  return !scalar || scalar[0](value) ? [] : [{ path, message: scalar[1] }];
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
