/** Completing a resource's inputs: its name, its namespace, and the form in which they are kept. */
import { randomBytes } from "node:crypto";
import type { Cluster } from "./cluster.ts";
import { ClusterError } from "./errors.ts";
import { type JsonObject, textAt, withValue } from "./json.ts";
import { annotation, markSecrets, normalize } from "./objects.ts";
import { type Bag, containsUnknown } from "./values.ts";

export interface CheckRequest {
  readonly olds: JsonObject;
  readonly news: Bag;
  /** The resource's name in the program. */
  readonly name: string;
  /** What the stack's autonaming settings propose; empty without any. */
  readonly proposedName: string;
  readonly randomSeed: Uint8Array;
}

export interface CheckResult {
  readonly inputs: Bag;
  readonly failures: readonly { property: string; reason: string }[];
}

/**
 * @param cluster the cluster, or undefined when it cannot be reached: that is for the calls that need it to say
 */
export async function check(
  request: CheckRequest,
  cluster: () => Promise<Cluster | undefined>,
): Promise<CheckResult> {
  const { news } = request;
  const failures = ["apiVersion", "kind"]
    .filter((key) => typeof news.value[key] !== "string")
    .map((property) => ({ property, reason: `${property} is required` }));
  if (textAt(news.value, "metadata", "generateName")) {
    const reason = "generateName is not supported in Server-Side Apply mode";
    failures.push({ property: "metadata.generateName", reason });
  }
  const value = normalize(await inNamespace(named(request), cluster));
  return { inputs: markSecrets({ value, secrets: news.secrets }), failures };
}

const AUTONAMED = "pulumi.com/autonamed";
const SUFFIX_LENGTH = 8;

/** An unnamed object keeps the name that it was given at its creation, until it is replaced. */
function named({ olds, news, name, proposedName, randomSeed }: CheckRequest): JsonObject {
  if (news.value.metadata !== undefined && textAt(news.value, "metadata", "name")) return news.value;
  const kept = annotation(olds, "autonamed") === "true" ? textAt(olds, "metadata", "name") : undefined;
  const seed = Buffer.from(randomSeed.length > 0 ? randomSeed : randomBytes(SUFFIX_LENGTH));
  const fresh = proposedName || `${name}-${seed.toString("hex").slice(0, SUFFIX_LENGTH)}`;
  const withName = withValue(news.value, ["metadata", "name"], kept ?? fresh);
  return withValue(withName, ["metadata", "annotations", AUTONAMED], "true");
}

async function inNamespace(
  inputs: JsonObject,
  cluster: () => Promise<Cluster | undefined>,
): Promise<JsonObject> {
  const { apiVersion, kind } = inputs;
  if (typeof apiVersion !== "string" || typeof kind !== "string" || containsUnknown([apiVersion, kind])) {
    return inputs;
  }
  if (textAt(inputs, "metadata", "namespace")) return inputs;
  const reached = await cluster();
  if (!reached) return inputs;
  const namespaced = await reached.isNamespaced(apiVersion, kind).catch((error: unknown) => {
    if (error instanceof ClusterError) return false; // The definition may only be planned; create says what is wrong.
    throw error;
  });
  return namespaced ? withValue(inputs, ["metadata", "namespace"], reached.namespace) : inputs;
}
