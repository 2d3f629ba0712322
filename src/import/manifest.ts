import { parseAllDocuments } from "yaml";
import { YAML_AS_KUBERNETES } from "../config/yaml.ts";
import { UserError } from "../errors.ts";

export type Json = Readonly<Record<string, unknown>>;

/** A Kubernetes object, as far as an import reads it. */
export interface Manifest {
  readonly kind: string;
  readonly name: string;
  readonly content: Json;
}

export const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A ConfigMap that stands in the file. */
export interface ConfigMap {
  readonly data: Readonly<Record<string, string>>;
  /** Whether it has bytes too, which no text can hold. */
  readonly hasBytes: boolean;
}

/** What an import knows beside the value that it looks at. */
export interface Imported {
  readonly configMaps: ReadonlyMap<string, ConfigMap>;
  /** What is not taken over, or is not as it was: one sentence each. */
  readonly notes: string[];
  /** Where the value goes: `app`, `app.sidecars[0]`. */
  readonly where: string;
}

/** An object's property that is an object; empty where there is none. */
export const objectAt = (of: Json, key: string): Json => (isObject(of[key]) ? (of[key] as Json) : {});

/** An object's property that is a list of objects. */
export const listAt = (of: Json, key: string): readonly Json[] =>
  Array.isArray(of[key]) ? (of[key] as unknown[]).filter(isObject) : [];

/** @throws UserError for what is no YAML, or no object of Kubernetes */
export function manifestsIn(text: string, file: string): readonly Manifest[] {
  return parseAllDocuments(text, YAML_AS_KUBERNETES).flatMap((document, index) => {
    const [error] = document.errors;
    if (error) throw new UserError(`${file} is no YAML: ${error.message}`, "Mend it.");
    return manifestsOf(document.toJS(), `document ${index + 1} of ${file}`);
  });
}

/** The objects in a value: one, or those of a List. @throws UserError for what is no object of Kubernetes */
export function manifestsOf(value: unknown, what: string): Manifest[] {
  if (value === null) return [];
  const object = isObject(value) ? value : {};
  if (object.kind === "List") {
    return listAt(object, "items").flatMap((item, index) =>
      manifestsOf(item, `item ${index + 1} of ${what}`),
    );
  }
  // What Kubernetes is to find a name for, such as a Job of a chart, is looked at no further.
  const { generateName, name = generateName } = objectAt(object, "metadata");
  if (typeof object.kind === "string" && typeof name === "string")
    return [{ kind: object.kind, name, content: object }];
  throw new UserError(`${what} is no Kubernetes object with a kind and a name`, "Mend it, or take it out.");
}

/** Kinds that make pods too. */
const RELATED: ReadonlySet<string> = new Set([
  "StatefulSet",
  "DaemonSet",
  "ReplicaSet",
  "Pod",
  "Job",
  "CronJob",
  "Rollout",
]);

/**
 * The Deployment to import.
 * @param name which one; the only one without it
 * @throws UserError where there is none, or another one could be meant
 */
export function deploymentIn(
  manifests: readonly Manifest[],
  name: string | undefined,
  file: string,
): Manifest {
  const deployments = manifests.filter(({ kind }) => kind === "Deployment");
  const names = deployments.map((one) => one.name).join(", ");
  const fits = name === undefined ? deployments : deployments.filter((one) => one.name === name);
  const [found, ...others] = fits;
  if (found && others.length === 0) return found;
  if (!found) {
    const others = manifests.filter(({ kind }) => RELATED.has(kind)).map((one) => `${one.kind} ${one.name}`);
    const there = names || others.join(", ");
    throw new UserError(
      `${file} has no Deployment${name === undefined ? "" : ` ${name}`}${there && `, but ${there}`}`,
      "Give the file of a Deployment; StatefulSets and DaemonSets are not released in stages.",
    );
  }
  throw new UserError(`${file} has several Deployments: ${names}`, "Say which one: --name NAME.");
}
