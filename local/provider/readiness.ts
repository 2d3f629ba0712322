/** When an object counts as ready: pure functions of what the API server says about it. */
import { at, type Json, type JsonObject, listAt, numberAt, objectAt, textAt } from "./json.ts";
import { annotation, idOf } from "./objects.ts";

export type Readiness =
  | { readonly state: "ready" }
  | { readonly state: "waiting" | "failed"; readonly reason: string };

const READY: Readiness = { state: "ready" };

function waiting(reason: string): Readiness {
  return { state: "waiting", reason };
}

function condition(object: JsonObject, type: string): Json {
  return listAt(object, "status", "conditions").find((candidate) => textAt(candidate, "type") === type);
}

/**
 * A Deployment's rollout, by the rules of `kubectl rollout status`.
 * @param applied the object as the server returned it when it was applied: a deadline that it had exceeded already
 *   says nothing about the new rollout
 */
export function rollout(deployment: JsonObject, applied?: JsonObject): Readiness {
  if (at(deployment, "spec", "paused") === true) return READY;
  const status = objectAt(deployment, "status");
  const generation = numberAt(deployment, "metadata", "generation") ?? 0;
  // The rest of the status speaks of an older spec until the controller says that it has seen this one.
  if ((numberAt(status, "observedGeneration") ?? 0) < generation) {
    return waiting("Waiting for the Deployment controller to see the new spec");
  }
  const exceeded = deadlineExceeded(deployment);
  if (exceeded && exceeded.at !== (applied && deadlineExceeded(applied)?.at)) {
    return { state: "failed", reason: `[ProgressDeadlineExceeded] ${exceeded.message}` };
  }
  return replicasReady(status, numberAt(deployment, "spec", "replicas") ?? 1);
}

function deadlineExceeded(deployment: JsonObject): { at: string; message: string } | undefined {
  const progressing = condition(deployment, "Progressing");
  if (textAt(progressing, "reason") !== "ProgressDeadlineExceeded") return undefined;
  return { at: textAt(progressing, "lastUpdateTime") ?? "", message: textAt(progressing, "message") ?? "" };
}

function replicasReady(status: JsonObject, wanted: number): Readiness {
  const updated = numberAt(status, "updatedReplicas") ?? 0;
  const old = (numberAt(status, "replicas") ?? 0) - updated;
  const available = numberAt(status, "availableReplicas") ?? 0;
  if (updated < wanted)
    return waiting(`Waiting for app ReplicaSet to be updated (${updated}/${wanted} Pods updated)`);
  if (old > 0) return waiting(`Waiting for ${old} old Pods to stop`);
  if (available < wanted) {
    return waiting(`Waiting for app ReplicaSet to be available (${available}/${wanted} Pods available)`);
  }
  return READY;
}

/** @param endpointSlices the slices of this Service; they are looked at only when it selects pods */
export function serviceReadiness(service: JsonObject, endpointSlices: readonly JsonObject[]): Readiness {
  const type = textAt(service, "spec", "type") ?? "ClusterIP";
  if (type === "LoadBalancer" && listAt(service, "status", "loadBalancer", "ingress").length === 0) {
    return waiting("Waiting for the load balancer to be given an address");
  }
  if (!selectsPods(service)) return READY;
  const ready = endpointSlices
    .flatMap((slice) => listAt(slice, "endpoints"))
    .some((endpoint) => at(endpoint, "conditions", "ready") !== false);
  return ready ? READY : waiting("Finding Pods to direct traffic to");
}

/** A headless or external Service, and one without a selector, is ready whether it has endpoints or not. */
export function selectsPods(service: JsonObject): boolean {
  const { type, selector, clusterIP } = objectAt(service, "spec");
  return type !== "ExternalName" && clusterIP !== "None" && Object.keys(objectAt(selector)).length > 0;
}

function tokenSecret(secret: JsonObject): Readiness {
  if (secret.type !== "kubernetes.io/service-account-token" || at(secret, "data", "token")) return READY;
  const account = textAt(secret, "metadata", "annotations", "kubernetes.io/service-account.name");
  return waiting(`Waiting for the token of service account ${account ?? ""}`);
}

function resourceQuota(quota: JsonObject): Readiness {
  const seen = objectAt(quota, "status", "hard");
  const unseen = Object.entries(objectAt(quota, "spec", "hard")).some(([key, value]) => seen[key] !== value);
  return unseen ? waiting("Waiting for the quota to be in force") : READY;
}

function namespace(object: JsonObject): Readiness {
  const phase = textAt(object, "status", "phase");
  return phase === "Active" ? READY : waiting(`Namespace is ${phase ?? "being created"}`);
}

function customResourceDefinition(definition: JsonObject): Readiness {
  const established = textAt(condition(definition, "Established"), "status") === "True";
  return established ? READY : waiting("Waiting for the CustomResourceDefinition to be established");
}

const RULES: Readonly<Record<string, (live: JsonObject, applied?: JsonObject) => Readiness>> = {
  "apps/v1/Deployment": rollout,
  "v1/Secret": tokenSecret,
  "v1/ResourceQuota": resourceQuota,
  "v1/Namespace": namespace,
  "apiextensions.k8s.io/v1/CustomResourceDefinition": customResourceDefinition,
};

/** What the object alone says; a Service needs its endpoints as well, see {@link serviceReadiness}. */
export function readiness(live: JsonObject, applied?: JsonObject): Readiness {
  if (annotation(live, "skipAwait") === "true") return READY;
  return RULES[`${live.apiVersion}/${live.kind}`]?.(live, applied) ?? READY;
}

/** `Deployment namespace/name`, as reasons name an object. */
export function titleOf(object: JsonObject): string {
  return `${object.kind} ${idOf(object)}`;
}
