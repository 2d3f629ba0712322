import type { KubernetesApi } from "../cluster/api.ts";
import { type ObjectName, objectPath } from "../cluster/discovery.ts";
import { changeText } from "../engine/changes.ts";
import type { CreatedObject } from "../engine/stacks.ts";
import { Refusal } from "../errors.ts";
import type { Difference } from "../model/differences.ts";
import { changedValues, isOurs, type ManagedObject, managersOf } from "../model/ownership.ts";

/** An object that the engine would create, and that somebody else made before: it is taken over. */
export interface TakenOver {
  /** Kind and name, `Service httpd-service`. */
  readonly object: string;
  /** Who manages it now, by its managedFields. */
  readonly managers: readonly string[];
  /** What the declaration changes in it; empty where it is as it is declared. */
  readonly differences: readonly Difference[];
}

/**
 * Which of the objects that the engine says it creates are there already, made by somebody else: server-side apply
 * changes those instead, and the engine cannot know.
 */
export async function findTakenOver(
  api: KubernetesApi,
  created: readonly CreatedObject[],
): Promise<TakenOver[]> {
  const found = await Promise.all(
    created.map(async ({ inputs }) => {
      const name = nameOf(inputs);
      const path = name && (await objectPath(api, name));
      const live = path && (await api.get<ManagedObject>(path));
      if (!live || isOurs(live)) return [];
      const object = `${name.kind} ${name.name}`;
      return [{ object, managers: managersOf(live), differences: changedValues(live, inputs) }];
    }),
  );
  return found.flat();
}

/**
 * @param allowed the operator has said that they are to be taken over (`--take-over`)
 * @throws Refusal with every value that would be changed in an object of somebody else
 */
export function requireTakeOver(takenOver: readonly TakenOver[], allowed: boolean): void {
  const changed = takenOver.filter(({ differences }) => differences.length > 0);
  if (changed.length === 0 || allowed) return;
  throw new Refusal(
    `objects of somebody else are there by these names, and would be changed:\n${changed.flatMap(takenOverLines).join("\n")}`,
    "If they are to be this application's from now on: add --take-over. If not: name the application or its namespace otherwise in Pulumi.yaml.",
  );
}

/** A taken over object in lines: who manages it, and each value from → to. */
export function takenOverLines({ object, managers, differences }: TakenOver): string[] {
  const by = managers.length > 0 ? `, managed by ${managers.join(", ")}` : "";
  return [
    `  ${object} is taken over${by}${differences.length === 0 ? ", as it is" : ""}`,
    ...differences.map((difference) => `    ${changeText({ object, operation: "update", ...difference })}`),
  ];
}

/** Undefined for what is no object of Kubernetes, such as a chart's release. */
function nameOf(inputs: CreatedObject["inputs"]): ObjectName | undefined {
  const { apiVersion, kind, metadata } = inputs as Partial<ObjectName> & { metadata?: Partial<ObjectName> };
  const { name, namespace } = metadata ?? {};
  if (typeof apiVersion !== "string" || typeof kind !== "string" || typeof name !== "string")
    return undefined;
  return { apiVersion, kind, name, namespace };
}
