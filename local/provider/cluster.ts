/** The Kubernetes API as this plugin needs it: a port, and its implementation over HTTP. */
import type { Target } from "./config.ts";
import { ClusterError, failedAs } from "./errors.ts";
import { type Call, sender } from "./http.ts";
import { at, isObject, type Json, type JsonObject, listAt, textAt } from "./json.ts";
import { readKubeconfig } from "./kubeconfig.ts";
import type { Ref } from "./objects.ts";

/** The reachability check must not cost a whole request timeout when packets are swallowed. */
const PROBE_TIMEOUT_MS = 10_000;

export interface ApplyOptions {
  readonly manager: string;
  /** Takes fields that another manager owns. */
  readonly force?: boolean;
  readonly dryRun?: boolean;
}

export interface Applied {
  readonly live: JsonObject;
  /** True when there was no such object before. */
  readonly created: boolean;
}

/** Every function throws ClusterError. */
export interface Cluster {
  /** For namespaced objects that name none. */
  readonly namespace: string;
  /** Whether objects of this kind live in a namespace. @throws ClusterError "no-match" when the server lacks it */
  isNamespaced(apiVersion: string, kind: string): Promise<boolean>;
  get(ref: Ref): Promise<JsonObject | undefined>;
  /** What the server would say to a creation: it checks everything, the object's absence as well, and keeps nothing. */
  tryCreate(ref: Ref, object: JsonObject): Promise<void>;
  apply(ref: Ref, object: JsonObject, options: ApplyOptions): Promise<Applied>;
  remove(ref: Ref, propagationPolicy: string): Promise<void>;
  /** The objects of a collection, named by its path, that have these labels. */
  list(path: string, labels: Readonly<Record<string, string>>): Promise<JsonObject[]>;
}

interface ApiResource {
  readonly plural: string;
  readonly namespaced: boolean;
}

/** @throws ClusterError "unreachable" */
export async function connect(target: Target): Promise<Cluster> {
  const access = readKubeconfig(target);
  const send = sender(access);
  await probe(send);
  const resources = discovery(send);

  const collection = async (ref: Ref): Promise<string> => {
    const { plural, namespaced } = await resources(ref.apiVersion, ref.kind);
    const space = namespaced ? `/namespaces/${encodeURIComponent(ref.namespace ?? access.namespace)}` : "";
    return `${apiPath(ref.apiVersion)}${space}/${plural}`;
  };
  const path = async (ref: Ref): Promise<string> =>
    `${await collection(ref)}/${encodeURIComponent(ref.name)}`;
  const ask = async (call: Call): Promise<JsonObject> => object((await send(call)).body);

  return {
    namespace: access.namespace,
    isNamespaced: async (apiVersion, kind) => (await resources(apiVersion, kind)).namespaced,
    get: async (ref) => {
      const call: Call = { method: "GET", path: await path(ref) };
      return ask(call).catch((error: unknown) => {
        if (failedAs(error, "not-found")) return undefined;
        throw error;
      });
    },
    tryCreate: async (ref, body) => {
      await send({ method: "POST", path: await collection(ref), query: { dryRun: "All" }, body });
    },
    apply: async (ref, body, { manager, force = false, dryRun = false }) => {
      const query = { fieldManager: manager, force: String(force), ...(dryRun ? { dryRun: "All" } : {}) };
      const contentType = "application/apply-patch+yaml";
      const answer = await send({ method: "PATCH", path: await path(ref), query, body, contentType });
      return { live: object(answer.body), created: answer.status === 201 };
    },
    remove: async (ref, propagationPolicy) => {
      const body = { apiVersion: "v1", kind: "DeleteOptions", propagationPolicy };
      await send({ method: "DELETE", path: await path(ref), body });
    },
    list: async (collectionPath, labels) => {
      const labelSelector = Object.entries(labels)
        .map((pair) => pair.join("="))
        .join(",");
      const answer = await ask({ method: "GET", path: collectionPath, query: { labelSelector } });
      return listAt(answer, "items").filter(isObject);
    },
  };
}

function object(body: Json): JsonObject {
  if (isObject(body)) return body;
  throw new ClusterError("invalid", "the API server's answer is no JSON object");
}

function apiPath(apiVersion: string): string {
  return apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}

/** Any answer shows that there is an API server, a refusal as well. */
async function probe(send: (call: Call) => Promise<unknown>): Promise<void> {
  await send({ method: "GET", path: "/version", timeoutMs: PROBE_TIMEOUT_MS }).catch((error: unknown) => {
    if (failedAs(error, "unreachable")) throw error;
  });
}

/** Looks kinds up; asks once for each API version, and again for a kind that it does not have yet. */
function discovery(
  send: (call: Call) => Promise<{ body: Json }>,
): (apiVersion: string, kind: string) => Promise<ApiResource> {
  const known = new Map<string, Promise<Map<string, ApiResource>>>();
  const fetch = (apiVersion: string): Promise<Map<string, ApiResource>> => {
    const found = send({ method: "GET", path: apiPath(apiVersion) }).then(
      ({ body }) => resourcesOf(body),
      (error: unknown) => {
        known.delete(apiVersion);
        if (failedAs(error, "not-found")) return new Map<string, ApiResource>();
        throw error;
      },
    );
    known.set(apiVersion, found);
    return found;
  };
  return async (apiVersion, kind) => {
    const before = known.get(apiVersion);
    const cached = (await (before ?? fetch(apiVersion))).get(kind);
    const resource = cached ?? (before && (await fetch(apiVersion)).get(kind));
    if (resource) return resource;
    const message = `no matches for kind "${kind}" in version "${apiVersion}"`;
    throw new ClusterError("no-match", message);
  };
}

function resourcesOf(body: Json): Map<string, ApiResource> {
  const found = new Map<string, ApiResource>();
  for (const resource of listAt(body, "resources")) {
    const kind = textAt(resource, "kind");
    const plural = textAt(resource, "name");
    if (kind && plural && !plural.includes("/")) {
      found.set(kind, { plural, namespaced: at(resource, "namespaced") === true });
    }
  }
  return found;
}
