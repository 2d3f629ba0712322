/** The life of one resource, on plain values: its creation and its updates. */
import { timeoutSeconds, untilReady, type Waiter } from "./await.ts";
import type { Applied, Cluster } from "./cluster.ts";
import type { Options } from "./config.ts";
import { ClusterError, InitFailed } from "./errors.ts";
import { type JsonObject, textAt } from "./json.ts";
import { annotation, body, fieldManager, idOf, refOf, state } from "./objects.ts";
import { titleOf } from "./readiness.ts";
import type { Bag } from "./values.ts";

/** What every operation works with. */
export interface Session {
  readonly cluster: Cluster;
  readonly options: Options;
  readonly signal: AbortSignal;
  /** A status line beside the resource. */
  readonly say: (message: string) => void;
}

/** A waiter of this session for one object. */
export function waiterFor(session: Session, object: JsonObject, timeout: number): Waiter {
  return { ...session, timeoutSeconds: timeoutSeconds(object, timeout) };
}

/** Applies the inputs under a field manager's name, or tries what that would give. */
export function apply(session: Session, inputs: Bag, manager: string, dryRun: boolean): Promise<Applied> {
  const force = annotation(inputs.value, "patchForce") === "true";
  return session.cluster.apply(refOf(inputs.value), body(inputs.value), { manager, force, dryRun });
}

export interface Created {
  /** Empty in a preview. */
  readonly id: string;
  readonly outputs: Bag;
}

/**
 * Creates the object, or takes it over where the provider upserts, and waits until it is ready.
 * @param timeout seconds from the resource's options; 0 when not set
 * @throws InitFailed when it exists but does not get ready, ClusterError when it could not be created
 */
export async function create(session: Session, inputs: Bag, timeout: number): Promise<Created> {
  const manager = fieldManager(inputs.value, undefined);
  const ref = refOf(inputs.value);
  const applied = await (async () => {
    // A patch would silently take over what is there.
    if (!session.options.upsert) await session.cluster.tryCreate(ref, body(inputs.value));
    return apply(session, inputs, manager, false);
  })().catch((error: unknown) => {
    throw creationError(error, inputs.value);
  });
  const { live, reasons } = await untilReady(applied.live, waiterFor(session, inputs.value, timeout));
  const outputs = state(live, inputs, manager);
  if (reasons.length > 0) {
    const context = `resource "${idOf(live)}" was successfully created, but the Kubernetes API server reported that it`;
    throw notLive(context, outputs, inputs, reasons);
  }
  return { id: idOf(live), outputs };
}

function creationError(error: unknown, inputs: JsonObject): unknown {
  if (!(error instanceof ClusterError) || error.failure === "unreachable") return error;
  const title = titleOf(inputs);
  if (error.failure === "no-match") {
    return error.within(
      `creation of ${title} failed because the API server does not know its apiVersion and kind; ` +
        "verify that any required CRDs have been created",
    );
  }
  return error.within(`resource "${idOf(inputs)}" was not successfully created by the Kubernetes API server`);
}

/**
 * Applies the new inputs and waits until the object is ready.
 * @param olds the resource's outputs until now
 * @throws InitFailed when the object is there but refuses the change or does not get ready
 */
export async function update(session: Session, olds: JsonObject, inputs: Bag, timeout: number): Promise<Bag> {
  const manager = fieldManager(inputs.value, olds);
  const applied = await apply(session, inputs, manager, false).catch(async (error: unknown) => {
    throw await updateError(session, error, inputs, manager);
  });
  const { live, reasons } = await untilReady(applied.live, waiterFor(session, inputs.value, timeout));
  const outputs = state(live, inputs, manager);
  if (reasons.length > 0) throw notLive(reported(idOf(live)), outputs, inputs, reasons);
  await relinquish(session.cluster, live, textAt(olds, "__fieldManager"), manager);
  return outputs;
}

/** The vendor's words, so that what looks for them finds them: they stand before the first reason. */
function notLive(context: string, outputs: Bag, inputs: Bag, reasons: readonly string[]): InitFailed {
  const [first, ...others] = reasons;
  const explained = `${context} failed to fully initialize or become live: ${first}`;
  return new InitFailed(idOf(outputs.value), outputs, inputs, [explained, ...others]);
}

function reported(id: string): string {
  return `the Kubernetes API server reported that "${id}"`;
}

/** Like the vendor's: the object as it is goes into the state, and the resource is marked for another update. */
async function updateError(session: Session, error: unknown, inputs: Bag, manager: string): Promise<unknown> {
  if (!(error instanceof ClusterError) || error.failure === "unreachable") return error;
  const live = await session.cluster.get(refOf(inputs.value)).catch(() => undefined);
  if (!live) return error.within(`update of resource "${idOf(inputs.value)}" failed`);
  return notLive(reported(idOf(live)), state(live, inputs, manager), inputs, [error.message]);
}

/** After a change of the field manager the old one must own nothing more, or its fields could never be removed. */
async function relinquish(
  cluster: Cluster,
  live: JsonObject,
  before: string | undefined,
  manager: string,
): Promise<void> {
  if (!before || before === manager) return;
  const ref = refOf(live);
  const { apiVersion, kind, name, namespace } = ref;
  const nothing = { apiVersion, kind, metadata: { name, namespace } };
  await cluster.apply(ref, nothing, { manager: before, force: true });
}
