import { distance } from "fastest-levenshtein";
import { z } from "zod";
import { UserError } from "../errors.ts";
import { isSecretPath } from "./secrets.ts";

/** What zod found wrong in a configuration, as one error: a line for each property, with its path and its value. */
export function configError(issues: readonly z.core.$ZodIssue[], raw: unknown, schema: z.ZodType): UserError {
  const lines = issues.flatMap((issue) => describeIssue(issue, raw, schema));
  const hint =
    "Change it in Pulumi.yaml (project values) or in the stack's own file, Pulumi.STACK.yaml (stage values).";
  return new UserError(lines.join("\n"), hint);
}

function describeIssue(issue: z.core.$ZodIssue, raw: unknown, schema: z.ZodType): string[] {
  if (issue.code === "unrecognized_keys") {
    const known = keysAt(schema, issue.path);
    return issue.keys.map((key) => unknownKey([...issue.path, key], known));
  }
  const value = issue.path.reduce<unknown>(valueAt, raw);
  return [`${pathText(issue.path)} ${given(issue.path, value)}: ${issue.message}`];
}

function given(path: readonly PropertyKey[], value: unknown): string {
  if (value === undefined) return "is missing";
  return isSecretPath(path) ? "is not right (a secret, not shown)" : `is ${JSON.stringify(value)}`;
}

function unknownKey(path: readonly PropertyKey[], known: readonly string[]): string {
  const key = String(path.at(-1));
  const nearest = [...known].sort((a, b) => distance(key, a) - distance(key, b))[0];
  const suggestion = nearest ? `; did you mean ${pathText([...path.slice(0, -1), nearest])}?` : "";
  return `${pathText(path)} is no known key${suggestion}`;
}

/** `lifecycle[1]`, `traffic.canary`. */
export function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((part, index) => (typeof part === "number" ? `[${part}]` : `${index ? "." : ""}${String(part)}`))
    .join("");
}

function valueAt(value: unknown, key: PropertyKey): unknown {
  return typeof value === "object" && value !== null
    ? (value as Record<PropertyKey, unknown>)[key]
    : undefined;
}

function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  const [key, ...rest] = path;
  const inner = unwrap(schema);
  if (inner instanceof z.ZodUnion)
    return inner.options.flatMap((option) => keysAt(option as z.ZodType, path));
  if (!(inner instanceof z.ZodObject)) return [];
  if (key === undefined) return Object.keys(inner.shape);
  const next = inner.shape[String(key)] as z.ZodType | undefined;
  return next ? keysAt(next, rest) : [];
}

function unwrap(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) {
    return unwrap(schema.unwrap() as z.ZodType);
  }
  return schema;
}
