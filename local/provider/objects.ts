/** What a resource's inputs say about its Kubernetes object, and the state that is kept for it. */
import { randomBytes } from "node:crypto";
import { isObject, type Json, type JsonObject, objectAt, type Path, textAt } from "./json.ts";
import type { Bag } from "./values.ts";

/** Where an object lives. */
export interface Ref {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace: string | undefined;
}

/** The value of one of Pulumi's own annotations on an object, such as `skipAwait`. */
export function annotation(object: Json, key: string): string | undefined {
  return textAt(object, "metadata", "annotations", `pulumi.com/${key}`);
}

export function refOf(object: Json): Ref {
  return {
    apiVersion: textAt(object, "apiVersion") ?? "",
    kind: textAt(object, "kind") ?? "",
    name: textAt(object, "metadata", "name") ?? "",
    namespace: textAt(object, "metadata", "namespace"),
  };
}

/** The resource's id in the state: `namespace/name`, or the name alone. */
export function idOf(object: Json): string {
  const { name, namespace } = refOf(object);
  return namespace ? `${namespace}/${name}` : name;
}

/**
 * Reads `kubernetes:core/v1:Secret` and `namespace/name`: all that is known of a resource when it is imported or
 * looked up. The core group has no name in an apiVersion.
 */
export function refFromId(type: string, id: string): Ref {
  const [, groupVersion = "", kind = ""] = type.split(":");
  const slash = id.indexOf("/");
  return {
    apiVersion: groupVersion.replace(/^core\//, ""),
    kind,
    name: id.slice(slash + 1),
    namespace: slash < 0 ? undefined : id.slice(0, slash),
  };
}

/** The name under which fields are applied: the one asked for, the one of before, or one for this resource alone. */
export function fieldManager(inputs: Json, state: Json): string {
  return (
    annotation(inputs, "patchFieldManager") ??
    textAt(state, "__fieldManager") ??
    `pulumi-kubernetes-${randomBytes(4).toString("hex")}`
  );
}

/** The object to send: the inputs without this plugin's own keys. */
export function body(inputs: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(inputs).filter(([key]) => !key.startsWith("__")));
}

/** The outputs kept for a resource: the live object, and the keys that the vendor's plugin keeps as well. */
export function state(live: JsonObject, inputs: Bag, manager: string): Bag {
  const secrets: Path[] = inputs.secrets.flatMap((path) => [path, ["__inputs", ...path]]);
  for (const path of payload(live)) secrets.push(path, ["__inputs", ...path]);
  const initialApiVersion = inputs.value.apiVersion ?? live.apiVersion;
  const value = {
    ...live,
    __fieldManager: manager,
    __initialApiVersion: initialApiVersion,
    __inputs: inputs.value,
  };
  return { value, secrets };
}

/** The live object and the inputs that a state holds. */
export function parseState(outputs: JsonObject): { live: JsonObject; inputs: JsonObject } {
  return { live: body(outputs), inputs: objectAt(outputs, "__inputs") };
}

/** The inputs with a Secret's payload marked secret, even where the program did not say so. */
export function markSecrets(inputs: Bag): Bag {
  return { value: inputs.value, secrets: [...inputs.secrets, ...payload(inputs.value)] };
}

function payload(object: JsonObject): Path[] {
  return isSecret(object) ? [["data"], ["stringData"]] : [];
}

function isSecret(object: JsonObject): boolean {
  return object.kind === "Secret" && object.apiVersion === "v1";
}

/** A Secret's `stringData` is write-only, so that a refresh could never show it: kept as the `data` it becomes. */
export function normalize(inputs: JsonObject): JsonObject {
  const { stringData, ...rest } = inputs;
  if (!isSecret(inputs) || !isObject(stringData)) return inputs;
  const encoded = Object.entries(stringData).map(([key, text]) => [key, base64(text)]);
  return { ...rest, data: { ...objectAt(inputs, "data"), ...Object.fromEntries(encoded) } };
}

function base64(value: Json): Json {
  return typeof value === "string" ? Buffer.from(value).toString("base64") : value;
}
