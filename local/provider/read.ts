import { currentReadiness } from "./await.ts";
import { InitFailed } from "./errors.ts";
import { ownedFields } from "./import.ts";
import type { JsonObject } from "./json.ts";
import { fieldManager, idOf, markSecrets, parseState, refFromId, refOf, state } from "./objects.ts";
import type { Session } from "./operations.ts";
import { pruned } from "./prune.ts";
import { titleOf } from "./readiness.ts";
import type { Bag } from "./values.ts";

export interface ReadRequest {
  readonly type: string;
  readonly id: string;
  /** The state until now; both are empty for an import or a lookup. */
  readonly outputs: JsonObject;
  readonly inputs: Bag;
}

export interface ReadResult {
  readonly id: string;
  readonly outputs: Bag;
  readonly inputs: Bag;
}

/**
 * The object as it is; undefined when it is gone.
 * @throws InitFailed when it is there but not ready, or a refresh would forget that it is not
 */
export async function read(session: Session, request: ReadRequest): Promise<ReadResult | undefined> {
  const known = parseState(request.outputs).inputs;
  const oldInputs = Object.keys(request.inputs.value).length > 0 ? request.inputs.value : known;
  const imported = oldInputs.kind === undefined;
  const live = await session.cluster.get(imported ? refFromId(request.type, request.id) : refOf(oldInputs));
  if (!live) return undefined;
  const value = imported ? ownedFields(live) : pruned(oldInputs, live);
  const inputs = markSecrets({ value, secrets: request.inputs.secrets });
  const outputs = state(live, inputs, fieldManager(value, request.outputs));
  const now = await currentReadiness(live, session.cluster);
  if (now.state !== "ready")
    throw new InitFailed(idOf(live), outputs, inputs, [`${titleOf(live)}: ${now.reason}`]);
  return { id: idOf(live), outputs, inputs };
}
