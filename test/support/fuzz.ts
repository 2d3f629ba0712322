import assert from "node:assert/strict";
import fc from "fast-check";
import { UserError } from "../../src/errors.ts";

const MOST_MS = 100;
const MEASURED = 3;

/** What reading something gave: what was accepted, or how it was refused. */
export type Read<T> = { readonly accepted: T } | { readonly refused: UserError | undefined };

/**
 * Reads something that may be anything. Only a UserError may be thrown, or undefined given, and neither may take long: the time
 * is that of this process's CPU, the least of three where one was above, because the machine does other things too.
 */
export function read<T>(reader: () => T | undefined): Read<T> {
  const times: number[] = [];
  for (;;) {
    const before = process.cpuUsage();
    const result = attempted(reader);
    const { user } = process.cpuUsage(before);
    times.push(user / 1000);
    if (Math.min(...times) <= MOST_MS) return result;
    assert.ok(times.length < MEASURED, `it takes ${Math.min(...times)} ms`);
  }
}

function attempted<T>(reader: () => T | undefined): Read<T> {
  try {
    const accepted = reader();
    return accepted === undefined ? { refused: undefined } : { accepted };
  } catch (error) {
    assert.ok(error instanceof UserError, `it throws what is no UserError: ${String(error)}`);
    return { refused: error };
  }
}

/** Texts that have been trouble somewhere: for numbers, for lines, for patterns, for prototypes. */
const AWKWARD: readonly string[] = [
  ...["", " ", "\n", "\r\n", "\0", "\u2028", "\u202e", "\ud800", "\ufeff"],
  ...["NaN", "Infinity", "-0", "1e999", "0x10", "1_000", "01", "٣", "+1", ".5", "1,000"],
  ...["__proto__", "constructor", "toString", "null", "undefined", "true", "[]", "{}", '"'],
  ...["--help", "../../etc/passwd", "$HOME", "$(id)", "a b", "a;b", "\u001b[2J", "%00"],
  ...["a".repeat(5_000), `${"a-".repeat(2_500)}!`, `${"a_".repeat(2_500)}_`, "/".repeat(5_000)],
  "[".repeat(5_000),
];

export const awkwardText = fc.oneof(
  fc.constantFrom(...AWKWARD),
  fc.string({ unit: "binary", maxLength: 50 }),
  fc.tuple(fc.constantFrom(...AWKWARD), fc.constantFrom(...AWKWARD)).map(([a, b]) => a + b),
);

/** Any value of JSON, with awkward texts in it. */
export const awkwardValue = fc.oneof(
  awkwardText,
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom<unknown>(undefined, null, 0, -0, -1, 1.5, Number.MAX_SAFE_INTEGER, [], {}, true),
  fc.array(awkwardText, { maxLength: 4 }),
  fc.dictionary(awkwardText, awkwardText, { maxKeys: 4 }),
);

/** A value like another one, with one thing in it that is something else, is gone, or is there besides. */
export function damaged<T>(original: T): fc.Arbitrary<unknown> {
  return fc
    .tuple(fc.constantFrom(...pathsOf(original)), awkwardValue, fc.constantFrom("replace", "remove", "add"))
    .map(([path, value, how]) => withDamage(structuredClone(original), path, value, how));
}

type Path = readonly (string | number)[];

function pathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== "object" || value === null) return [path];
  const keys = Array.isArray(value) ? value.map((_, index) => index) : Object.keys(value);
  return [
    path,
    ...keys.flatMap((key) => pathsOf((value as Record<string | number, unknown>)[key], [...path, key])),
  ];
}

function withDamage(value: unknown, path: Path, damage: unknown, how: string): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return how === "add" && isObject(value) ? { ...value, added: damage } : damage;
  if (!isObject(value)) return damage;
  if (rest.length === 0 && how === "remove") {
    const { [key]: _, ...others } = value;
    return Array.isArray(value) ? Object.values(others) : others;
  }
  const changed = withDamage(value[key], rest, damage, how);
  if (Array.isArray(value)) return value.map((one, index) => (index === key ? changed : one));
  return { ...value, [key]: changed };
}

const isObject = (value: unknown): value is Record<string | number, unknown> =>
  typeof value === "object" && value !== null;
