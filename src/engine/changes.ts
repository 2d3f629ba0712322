import { pathParts, valueAt } from "../model/differences.ts";

/** One property of one object that a stage changes. */
export interface Change {
  /** Kind and name, `Deployment httpd-new`. */
  readonly object: string;
  readonly operation: Operation;
  /** Path of the property; empty when the object as a whole comes or goes. */
  readonly path: string;
  /** Undefined where there was nothing. */
  readonly from: unknown;
  /** Undefined where there will be nothing. */
  readonly to: unknown;
}

export type Operation = "create" | "update" | "replace" | "delete" | "forget";

type Inputs = Readonly<Record<string, unknown>>;

/** The parts of an engine event's step that a change is made of. */
export interface Step {
  readonly op: string;
  readonly urn: string;
  readonly type: string;
  readonly old?: { readonly inputs?: Inputs } | undefined;
  readonly new?: { readonly inputs?: Inputs } | undefined;
  readonly diffs?: readonly string[] | undefined;
  readonly detailedDiff?: Readonly<Record<string, unknown>> | null | undefined;
}

const OPERATIONS: Readonly<Record<string, Operation>> = {
  create: "create",
  import: "create",
  update: "update",
  "create-replacement": "replace",
  delete: "delete",
  "discard-replaced": "forget",
};

/**
 * Whether resources of a type are nothing but the engine's own: stacks (`pulumi:pulumi:Stack`), providers and components
 * (`canary-stages:index:Track`), and no objects of a cluster or cloud.
 */
export const isBookkeeping = (type: string): boolean => /^(pulumi|canary-stages):/.test(type);

/** The changes that a step makes, a line for each property; none for what stays as it is. */
export function changesOf(step: Step): Change[] {
  const operation = OPERATIONS[step.op];
  if (!operation || isBookkeeping(step.type)) return [];
  const object = objectName(step);
  const from = step.old?.inputs;
  const to = step.new?.inputs;
  if (operation === "create") return [{ object, operation, path: "", from: undefined, to: object }];
  if (operation === "delete" || operation === "forget") {
    return [{ object, operation, path: "", from: object, to: undefined }];
  }
  const paths = Object.keys(step.detailedDiff ?? {});
  return (paths.length > 0 ? paths : (step.diffs ?? [])).map((path) => ({
    object,
    operation,
    path,
    from: valueAt(from, pathParts(path)),
    to: valueAt(to, pathParts(path)),
  }));
}

function objectName(step: Step): string {
  const kind = step.type.split(":").at(-1);
  const metadata = ((step.new ?? step.old)?.inputs as { metadata?: { name?: unknown } } | undefined)
    ?.metadata;
  const name = typeof metadata?.name === "string" ? metadata.name : step.urn.split("::").at(-1);
  return `${kind} ${name}`;
}

/** A change in one line, `Deployment httpd-new  spec.replicas  1 → 0`. */
export function changeText(change: Change): string {
  if (change.path === "") return `${change.object}  ${change.operation}`;
  return `${change.object}  ${shortPath(change.path)}  ${valueText(change.from)} → ${valueText(change.to)}`;
}

/** The end of a long path, since the object is named beside it: from the last list on, where there is one. */
function shortPath(path: string): string {
  const parts = pathParts(path);
  if (parts.length <= 3) return parts.join(".");
  const index = parts.findLastIndex((part) => /^\d+$/.test(part));
  if (index < 1) return parts.at(-1) ?? path;
  return [`${parts[index - 1]}[${parts[index]}]`, ...parts.slice(index + 1)].join(".");
}

const LONGEST_VALUE = 60;

function valueText(value: unknown): string {
  if (value === undefined) return "none";
  const text = (typeof value === "string" ? value : JSON.stringify(value))
    .trim()
    .replaceAll(/\s*\n\s*/g, " ");
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text;
}
