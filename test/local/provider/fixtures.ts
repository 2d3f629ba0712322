import assert from "node:assert/strict";
import { parseOptions } from "../../../local/provider/config.ts";
import { InitFailed } from "../../../local/provider/errors.ts";
import { at, type JsonObject } from "../../../local/provider/json.ts";
import type { Session } from "../../../local/provider/operations.ts";
import type { Bag } from "../../../local/provider/values.ts";
import { FakeCluster } from "./fake-cluster.ts";

export const MANAGER = "canary-stages";
export const NO_TIMEOUT = 0;

export function world({ upsert }: { upsert: boolean }) {
  const cluster = new FakeCluster();
  const abort = new AbortController();
  const said: string[] = [];
  const session: Session = {
    cluster,
    options: parseOptions({ upsertExistingObjects: upsert }),
    signal: abort.signal,
    say: (message) => said.push(message),
  };
  return { cluster, session, said, cancel: () => abort.abort() };
}

export async function initFailure(work: Promise<unknown>): Promise<InitFailed> {
  const error = await work.then(
    () => assert.fail("nothing failed"),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof InitFailed, String(error));
  return error;
}

export function request(inputs: Bag) {
  return { type: "", id: "", outputs: { __inputs: inputs.value, __fieldManager: MANAGER }, inputs };
}

export function metadata(name: string, annotations: JsonObject): JsonObject {
  return { name, namespace: "ns", annotations: { "pulumi.com/patchFieldManager": MANAGER, ...annotations } };
}

export function configMap(annotations: JsonObject = {}): Bag {
  const value = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: metadata("c", annotations),
    data: { key: "value" },
  };
  return { value, secrets: [] };
}

export function deployment(annotations: JsonObject = {}): Bag {
  const spec = { replicas: 1, selector: { matchLabels: { app: "d" } } };
  return {
    value: { apiVersion: "apps/v1", kind: "Deployment", metadata: metadata("d", annotations), spec },
    secrets: [],
  };
}

export function finished(object: JsonObject): JsonObject {
  const observedGeneration = at(object, "metadata", "generation");
  return { observedGeneration, replicas: 1, updatedReplicas: 1, availableReplicas: 1 };
}
