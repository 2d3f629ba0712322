import { type Imported, isObject, type Json, listAt, objectAt } from "./manifest.ts";
import type { Remaining } from "./remaining.ts";

/** A container's environment, as keys of `app`, and variables that only `app.pod` can have. */
export interface Environment {
  readonly env: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, { readonly secret: string; readonly key: string }>>;
  readonly envFrom: readonly Json[];
  readonly others: readonly Json[];
}

type Variable = Json & { readonly name: string };

type Sorted =
  | { readonly env: string }
  | { readonly secret: { secret: string; key: string } }
  | { readonly other: Variable };

/**
 * The environment of a container. Keys of ConfigMaps that stand in the same file become values, since a change of them then
 * goes through the stages.
 */
export function environmentOf(container: Remaining, imported: Imported): Environment {
  const given = listAt({ env: container.take("env") }, "env") as readonly Variable[];
  const sources = listAt({ envFrom: container.take("envFrom") }, "envFrom");
  const env = new Map(sources.flatMap((source) => Object.entries(valuesOf(source, imported) ?? {})));
  const secrets = new Map<string, { secret: string; key: string }>();
  const others = new Map<string, Variable>();
  for (const variable of given) {
    const { name } = variable;
    // The last one of a name counts.
    for (const map of [env, secrets, others]) map.delete(name);
    const sorted = sort(variable, imported);
    if ("env" in sorted) env.set(name, sorted.env);
    else if ("secret" in sorted) secrets.set(name, sorted.secret);
    else others.set(name, sorted.other);
  }
  for (const name of outOfOrder(given, env, others)) {
    others.set(name, { name, value: env.get(name) ?? "" });
    env.delete(name);
    imported.notes.push(
      `${imported.where}.env.${name} refers to a variable that comes after it by its name: it stands in app.pod`,
    );
  }
  return {
    env: Object.fromEntries(env),
    secrets: Object.fromEntries(secrets),
    envFrom: sources.filter((source) => !valuesOf(source, imported)).map(sourceOf),
    others: given.flatMap(({ name }) => others.get(name) ?? []),
  };
}

function sort(variable: Variable, { configMaps }: Imported): Sorted {
  const { value = "", valueFrom } = variable as { value?: unknown; valueFrom?: unknown };
  if (!isObject(valueFrom)) return { env: String(value) };
  const { name, key } = objectAt(valueFrom, "configMapKeyRef");
  const known = configMaps.get(String(name))?.data[String(key)];
  if (known !== undefined) return { env: known };
  const secret = objectAt(valueFrom, "secretKeyRef");
  return secret.name === undefined || secret.optional === true
    ? { other: variable }
    : { secret: { secret: String(secret.name), key: String(secret.key) } };
}

/** The values that a source gives, where it is a ConfigMap of the file. */
function valuesOf(
  { configMapRef, prefix = "" }: Json,
  { configMaps }: Imported,
): Record<string, string> | undefined {
  const data = isObject(configMapRef) ? configMaps.get(String(configMapRef.name))?.data : undefined;
  return data && Object.fromEntries(Object.entries(data).map(([key, value]) => [`${prefix}${key}`, value]));
}

function sourceOf({ configMapRef, secretRef, prefix }: Json): Json {
  const ref = (configMapRef ?? secretRef) as Json;
  return {
    [configMapRef ? "configMap" : "secret"]: ref.name,
    ...(prefix !== undefined && { prefix }),
    ...(ref.optional === true && { optional: true }),
  };
}

/** Kubernetes replaces `$(NAME)` by a variable that came before; `app.env` is sorted by name, and `app.pod` comes after it. */
function outOfOrder(
  given: readonly Variable[],
  env: ReadonlyMap<string, string>,
  others: ReadonlyMap<string, Variable>,
): string[] {
  const moved = new Set(others.keys());
  for (const { name } of given) {
    const referred = [...(env.get(name) ?? "").matchAll(/\$\(([^)]+)\)/g)].map(([, other = ""]) => other);
    const comesLater = (other: string) => moved.has(other) || (env.has(other) && other > name);
    if (env.has(name) && referred.some(comesLater)) moved.add(name);
  }
  return [...moved].filter((name) => !others.has(name));
}
