import { distance } from "fastest-levenshtein";
import { z } from "zod";
import { UserError } from "../errors.ts";
import { valueAt } from "../model/differences.ts";
import { formsOn, formsText, meantForm, unwrap } from "./forms.ts";
import type { RouterSchemas } from "./router-schema.ts";
import { isSecretPath } from "./secrets.ts";

/** What was parsed: the values, by which schema, and the routers whose secrets must not be shown. */
export interface Parsed {
  readonly raw: unknown;
  readonly schema: z.ZodType;
  readonly routers: RouterSchemas;
}

/** What zod found wrong in a configuration, as one error: a line for each property, with its path and its value. */
export function configError(issues: readonly z.core.$ZodIssue[], parsed: Parsed): UserError {
  const lines = [...new Set(issues.flatMap((issue) => describeIssue(issue, parsed)))];
  const hint =
    "Change it in Pulumi.yaml (project values) or in the stack's own file, Pulumi.STACK.yaml (stage values).";
  return new UserError(lines.join("\n"), hint);
}

function describeIssue(issue: z.core.$ZodIssue, parsed: Parsed): string[] {
  const { raw, schema, routers } = parsed;
  const ofForm = describeForm(issue, parsed);
  if (ofForm) return ofForm;
  if (issue.code === "unrecognized_keys") {
    const known = keysAt(schema, issue.path);
    return issue.keys.map((key) => unknownKey([...issue.path, key], known));
  }
  const known = issue.code === "custom" ? (issue.params?.known as readonly string[] | undefined) : undefined;
  if (known) return [unknownKey(issue.path, known)];
  const value = valueAt(raw, issue.path);
  const what = `${pathText(issue.path)} ${given(value, isSecretPath(issue.path, routers))}`;
  return [issue.message === "" ? what : `${what}: ${issue.message}`];
}

/** Where a value can have several forms: what is wrong with it in the one that was meant. */
function describeForm(issue: z.core.$ZodIssue, { raw, schema, routers }: Parsed): string[] | undefined {
  const found = formsOn(schema, issue.path);
  if (!found) return undefined;
  const { path, forms } = found;
  const value = valueAt(raw, path);
  const meant = meantForm(forms, value);
  const problems = meant?.safeParse(value, { error: plainWords }).error?.issues;
  if (meant && problems) {
    const within = (inner: readonly PropertyKey[]) => [...path, ...inner];
    return problems.flatMap((problem) =>
      problem.code === "unrecognized_keys"
        ? problem.keys.map((key) => unknownKey(within([...problem.path, key]), keysAt(meant, problem.path)))
        : describeIssue({ ...problem, path: within(problem.path) }, { raw, schema: z.unknown(), routers }),
    );
  }
  if (issue.code !== "invalid_union" || issue.message !== "") return undefined;
  return [`${pathText(path)} ${given(value, isSecretPath(path, routers))}: must be ${formsText(forms)}`];
}

/**
 * Our words for what zod finds where a schema has none of its own. Empty for a missing value: the line then says just
 * `app.port is missing`.
 */
export const plainWords: z.core.$ZodErrorMap = (issue) => {
  if (issue.input === undefined) return "";
  switch (issue.code) {
    case "invalid_type":
      return `must be ${TYPES[issue.expected] ?? issue.expected}`;
    case "invalid_value":
      return `must be one of ${issue.values.join(", ")}`;
    case "invalid_union":
      return Array.isArray(issue.options) ? `must be one of ${issue.options.join(", ")}` : "";
    case "too_small":
      return sizeText("at least", Number(issue.minimum), issue.origin);
    case "too_big":
      return sizeText("at most", Number(issue.maximum), issue.origin);
    default:
      return undefined;
  }
};

const TYPES: Readonly<Record<string, string>> = {
  string: "a text",
  object: "an object",
  array: "a list",
  boolean: "true or false",
};

const UNITS: Readonly<Record<string, string>> = { string: " characters", array: " entries" };

function sizeText(bound: string, size: number, origin: string): string {
  const unit = UNITS[origin];
  if (unit === undefined) return `must be ${bound} ${size}`;
  return bound === "at least" && size === 1 ? "must not be empty" : `must have ${bound} ${size}${unit}`;
}

function given(value: unknown, isSecret: boolean): string {
  if (value === undefined) return "is missing";
  if (isSecret) return "is not right (a secret, not shown)";
  const text = JSON.stringify(value);
  return `is ${text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text}`;
}

/** A whole file may stand in a value. */
const LONGEST_VALUE = 300;

function unknownKey(path: readonly PropertyKey[], known: readonly string[]): string {
  const key = String(path.at(-1));
  const nearest = [...known].sort((a, b) => distance(key, a) - distance(key, b))[0];
  const suggestion = nearest ? `; did you mean ${pathText([...path.slice(0, -1), nearest])}?` : "";
  return `${pathText(path)} is no known key${suggestion}`;
}

/** `lifecycle[1]`, `traffic.canary`, `app.files["/etc/shop.conf"]`. */
export function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((part, index) => {
      if (typeof part === "number") return `[${part}]`;
      const text = String(part);
      if (!/^[\w:-]+$/.test(text)) return `[${JSON.stringify(text)}]`;
      return `${index ? "." : ""}${text}`;
    })
    .join("");
}

function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  const [key, ...rest] = path;
  const inner = unwrap(schema);
  if (inner instanceof z.ZodUnion)
    return inner.options.flatMap((option) => keysAt(option as z.ZodType, path));
  if (inner instanceof z.ZodArray) return keysAt(inner.element as z.ZodType, rest);
  if (inner instanceof z.ZodRecord) return keysAt(inner.valueType as z.ZodType, rest);
  if (!(inner instanceof z.ZodObject)) return [];
  if (key === undefined) return Object.keys(inner.shape);
  const next = inner.shape[String(key)] as z.ZodType | undefined;
  return next ? keysAt(next, rest) : [];
}
