import { z } from "zod";

/** A place of a schema where a value has one of several forms. */
interface FormsAt {
  readonly path: readonly PropertyKey[];
  readonly forms: readonly z.ZodType[];
}

/** The schema behind what makes a value optional, or changes it once it was read. */
export function unwrap(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) {
    return unwrap(schema.unwrap() as z.ZodType);
  }
  if (schema instanceof z.ZodPipe) return unwrap(schema.out as z.ZodType);
  return schema;
}

/**
 * The first place on the way to a path where forms are told apart by their keys alone: `{ class }` or `{ name, section }`.
 * Undefined where there is none, and where a key says which form it is (`kind`), since zod's words are of that form then.
 */
export function formsOn(schema: z.ZodType, path: readonly PropertyKey[], at = 0): FormsAt | undefined {
  const inner = unwrap(schema);
  if (inner instanceof z.ZodUnion && !(inner instanceof z.ZodDiscriminatedUnion)) {
    return { path: path.slice(0, at), forms: inner.options as z.ZodType[] };
  }
  const key = path[at];
  const next = key === undefined ? undefined : below(inner, key);
  return next && formsOn(next, path, at + 1);
}

function below(schema: z.ZodType, key: PropertyKey): z.ZodType | undefined {
  if (schema instanceof z.ZodArray) return schema.element as z.ZodType;
  if (schema instanceof z.ZodRecord) return schema.valueType as z.ZodType;
  if (!(schema instanceof z.ZodObject) || !Object.hasOwn(schema.shape, key)) return undefined;
  return schema.shape[String(key)] as z.ZodType;
}

/**
 * The form that a value was meant to have: the one that knows most of its keys, so that `{ name, sectoin }` is told about
 * `section`, and not that it has no `class`. Undefined where two forms fit as well.
 */
export function meantForm(forms: readonly z.ZodType[], value: unknown): z.ZodType | undefined {
  const keys = isObject(value) ? Object.keys(value) : undefined;
  const ranked = forms
    .map(unwrap)
    .filter((form) => form instanceof z.ZodObject === (keys !== undefined))
    .map((form) => ({ form, known: keys?.filter((key) => below(form, key)).length ?? 0 }))
    .sort((a, b) => b.known - a.known);
  const [first, second] = ranked;
  return first && first.known !== second?.known ? first.form : undefined;
}

/** Every form in a few words, `{ class } or { name }`: the keys that each has to have. */
export const formsText = (forms: readonly z.ZodType[]): string =>
  forms.map(unwrap).map(formText).join(" or ");

function formText(form: z.ZodType): string {
  if (!(form instanceof z.ZodObject)) return "another value";
  const needed = Object.entries(form.shape).filter(
    ([, value]) => !(value as z.ZodType).safeParse(undefined).success,
  );
  return `{ ${needed.map(([key]) => key).join(", ")} }`;
}

const isObject = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);
