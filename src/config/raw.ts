/**
 * Raw configuration: what stands in Pulumi.yaml and the stage files, before a schema has looked at it. Pulumi hands all
 * of it to a program as texts; the command, which reads the files itself, makes the same texts, so that both read alike.
 */
import type { z } from "zod";

/** Values by key: texts as Pulumi gives them, or what they were read as. */
export type RawValues = Readonly<Record<string, unknown>>;

/**
 * A value of a file as the text that Pulumi makes of it: a text is left as it is, anything else becomes JSON.
 * For example `true` becomes "true", and `{ previous: 75, canary: 25 }` becomes `{"previous":75,"canary":25}`.
 * Source: `Plaintext.marshalText` and `createConfigValue` of Pulumi's Go SDK 3.246.
 */
export const configText = (value: unknown): string =>
  typeof value === "string" ? value : JSON.stringify(value);

/**
 * The values of one project by their short keys: of `shop:router`, `namespace` and `kubernetes:context` the project `shop`
 * has `router` and `namespace`. A key without a namespace is the project's own.
 */
export function ownValues<T>(values: Readonly<Record<string, T>>, project: string): Record<string, T> {
  const prefix = `${project}:`;
  const own = Object.entries(values)
    .filter(([key]) => key.startsWith(prefix) || !key.includes(":"))
    .map(([key, value]) => [key.startsWith(prefix) ? key.slice(prefix.length) : key, value] as const);
  return Object.fromEntries(own);
}

/**
 * What Pulumi.yaml declares, by key: a scalar or a list stands for itself, and anything else in `value` or in `default`.
 * A key that is only declared, such as `founding: { type: string }`, has no value and is left out.
 */
export function declaredValues(declarations: RawValues): RawValues {
  const values = Object.entries(declarations)
    .map(([key, declaration]) => [key, declaredValue(declaration)] as const)
    .filter(([, value]) => value !== undefined);
  return Object.fromEntries(values);
}

function declaredValue(declaration: unknown): unknown {
  if (typeof declaration !== "object" || declaration === null || Array.isArray(declaration))
    return declaration;
  const { value, default: fallback } = declaration as { value?: unknown; default?: unknown };
  return value ?? fallback;
}

/**
 * Reads each text as the value that the schema wants. A text alone does not say what it was in the file: the reason
 * `["INC-42"]` and a list look the same. So a key that takes a text keeps it, and JSON is read for any other key.
 * @param shape the schema of each key; a key that it does not have keeps its text
 */
export function valuesOf(raw: RawValues, shape: Readonly<Record<string, z.core.$ZodType>>): RawValues {
  const values = Object.entries(raw).map(([key, value]) => {
    // A key may be called like something that every object has: toString.
    const schema = Object.hasOwn(shape, key) ? (shape[key] as z.ZodType) : undefined;
    return [key, typeof value === "string" && schema ? valueFrom(value, schema) : value] as const;
  });
  return Object.fromEntries(values);
}

function valueFrom(text: string, schema: z.ZodType): unknown {
  if (takesText(schema, text)) return text;
  try {
    return JSON.parse(text);
  } catch {
    // The schema says what is wrong, with the text as it was written.
    return text;
  }
}

/** Whether a schema finds a text of the right type, even if it does not like this one. */
function takesText(schema: z.ZodType, text: string): boolean {
  const issues = schema.safeParse(text).error?.issues ?? [];
  return !issues.some(({ code, path }) => WRONG_TYPE.has(code) && path.length === 0);
}

/** `invalid_union` stands for a choice between objects: a text is none of them. */
const WRONG_TYPE: ReadonlySet<string | undefined> = new Set(["invalid_type", "invalid_union"]);
