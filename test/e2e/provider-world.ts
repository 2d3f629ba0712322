/** The stand-in provider's operations on the shared cluster, in a namespace of their own. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { connect } from "../../local/provider/cluster.ts";
import { parseOptions } from "../../local/provider/config.ts";
import { diffResource, pathText } from "../../local/provider/diff.ts";
import { ClusterError, InitFailed } from "../../local/provider/errors.ts";
import type { JsonObject } from "../../local/provider/json.ts";
import { objectAt } from "../../local/provider/json.ts";
import { normalize, refOf } from "../../local/provider/objects.ts";
import { create, type Session, update } from "../../local/provider/operations.ts";
import { read } from "../../local/provider/read.ts";
import { remove } from "../../local/provider/remove.ts";
import type { Bag } from "../../local/provider/values.ts";
import { environment } from "./environment.ts";

export const MANAGER = "canary-stages";
const NO_TIMEOUT = 0;

export interface World {
  readonly namespace: string;
  readonly session: Session;
  /** A session like this one, with other options or another kubeconfig. */
  sessionWith(config: JsonObject): Promise<Session>;
  /** An object's inputs in this namespace, applied under the usual manager. */
  inputs(object: JsonObject, annotations?: JsonObject): Bag;
  create(inputs: Bag, session?: Session): Promise<JsonObject>;
  update(olds: JsonObject, inputs: Bag): Promise<JsonObject>;
  /** The paths that a refresh followed by a preview would show. */
  differences(outputs: JsonObject, inputs: Bag): Promise<string[]>;
  /** Applies under another manager's name, taking the fields: what somebody does by hand. */
  byHand(object: JsonObject): Promise<void>;
  stop(): Promise<void>;
}

/** Makes the namespace. */
export async function startWorld(): Promise<World> {
  const { kubeconfig, context } = environment();
  const namespace = `provider-${randomBytes(3).toString("hex")}`;
  const usual = { kubeconfig, context, upsertExistingObjects: true, enableConfigMapMutable: true };
  const sessionWith = async (config: JsonObject): Promise<Session> => {
    const options = parseOptions({ ...usual, ...config });
    const cluster = await connect(options.target);
    return { cluster, options, signal: new AbortController().signal, say: () => undefined };
  };
  const session = await sessionWith({});
  const space: Bag = {
    value: { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } },
    secrets: [],
  };
  const { outputs } = await create(session, space, NO_TIMEOUT);
  return {
    namespace,
    session,
    sessionWith,
    inputs: (object, annotations = {}) => {
      const { name } = objectAt(object, "metadata");
      const all = { "pulumi.com/patchFieldManager": MANAGER, ...annotations };
      const value = {
        ...object,
        metadata: { ...objectAt(object, "metadata"), name, namespace, annotations: all },
      };
      return { value: normalize(value), secrets: [] };
    },
    create: async (inputs, other = session) => (await create(other, inputs, NO_TIMEOUT)).outputs.value,
    update: async (olds, inputs) => (await update(session, olds, inputs, NO_TIMEOUT)).value,
    differences: async (known, inputs) => {
      const found = await read(session, { type: "", id: "", outputs: known, inputs });
      if (!found) return ["gone"];
      const mutability = session.options.mutability;
      const response = diffResource(found.outputs.value, inputs.value, mutability);
      return response
        .getDetaileddiffMap()
        .toArray()
        .map(([path]) => path);
    },
    byHand: async (object) => {
      const body = { ...object, metadata: { ...objectAt(object, "metadata"), namespace } };
      await session.cluster.apply(refOf(body), body, { manager: "somebody", force: true });
    },
    stop: () => remove(session, outputs.value, NO_TIMEOUT),
  };
}

/** An annotation's path as a diff writes it. */
export function annotationPath(...path: string[]): string {
  return pathText(path);
}

export async function initFailure(work: Promise<unknown>): Promise<InitFailed> {
  const error = await work.then(
    () => assert.fail("nothing failed"),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof InitFailed, String(error));
  return error;
}

export function isFailure(error: unknown, failure: string, message: RegExp): boolean {
  assert.ok(error instanceof ClusterError, String(error));
  assert.equal(error.failure, failure);
  assert.match(error.message, message);
  return true;
}
