/** What an operation would give: the server's own answer, by a dry run. */
import { failedAs } from "./errors.ts";
import { type JsonObject, withValue } from "./json.ts";
import { body, fieldManager, markSecrets, refOf, state } from "./objects.ts";
import { apply, type Created, type Session } from "./operations.ts";
import { type Bag, containsUnknown, UNKNOWN } from "./values.ts";

/**
 * What a creation would give. Like the vendor's, it says the inputs where the server cannot say yet.
 * @param options.replaces whether the old object, which is still there, goes first
 */
export async function previewCreate(
  session: Session,
  inputs: Bag,
  options: { replaces: boolean } = { replaces: false },
): Promise<Created> {
  const planned: Created = { id: "", outputs: markSecrets(inputs) };
  if (containsUnknown(inputs.value)) return planned;
  const manager = fieldManager(inputs.value, undefined);
  try {
    if (!session.options.upsert) await session.cluster.tryCreate(refOf(inputs.value), body(inputs.value));
    const { live, created } = await apply(session, inputs, manager, true);
    return { id: "", outputs: state(created ? withoutInvented(live) : live, inputs, manager) };
  } catch (error) {
    if (failedAs(error, ...MAY_BE_PLANNED)) return planned;
    if (options.replaces && failedAs(error, ...IN_THE_WAY)) return planned;
    throw error;
  }
}

/** The namespace, the definition or the permission may be planned as well. */
const MAY_BE_PLANNED = ["not-found", "no-match", "forbidden", "exists"] as const;

/** What the object that is replaced can cause: its fields are immutable, or somebody else's. */
const IN_THE_WAY = ["invalid", "conflict"] as const;

/** A dry run invents these for an object that does not exist yet, and its status is empty. */
function withoutInvented(live: JsonObject): JsonObject {
  const { status: _, ...rest } = live;
  return ["uid", "resourceVersion", "creationTimestamp"].reduce<JsonObject>(
    (object, key) => withValue(object, ["metadata", key], UNKNOWN),
    rest,
  );
}

/** What an update would give. */
export async function previewUpdate(session: Session, olds: JsonObject, inputs: Bag): Promise<Bag> {
  if (containsUnknown(inputs.value)) return markSecrets(inputs);
  const manager = fieldManager(inputs.value, olds);
  try {
    const { live } = await apply(session, inputs, manager, true);
    return state(live, inputs, manager);
  } catch (error) {
    if (failedAs(error, ...MAY_BE_PLANNED)) return markSecrets(inputs);
    throw error;
  }
}
