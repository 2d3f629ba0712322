import { UserError } from "../errors.ts";
import { isOurs, type ManagedObject, managersOf } from "../model/ownership.ts";
import type { KubernetesApi } from "./api.ts";

type Named = ManagedObject & { readonly kind?: string; readonly metadata: { readonly name: string } };

/**
 * For a bare `pulumi up`, whose preview says "create" of an object that is there already: the apply would change what
 * somebody else made.
 * @param paths API paths of the objects that would be created
 * @throws UserError that names each one that somebody else made
 */
export async function requireNothingForeign(api: KubernetesApi, paths: readonly string[]): Promise<void> {
  const found = await Promise.all(paths.map((path) => api.get<Named>(path)));
  const foreign = found.filter((object) => object !== undefined && !isOurs(object)) as Named[];
  if (foreign.length === 0) return;
  const lines = foreign.map((object) => {
    const by = managersOf(object).join(", ");
    return `  ${object.kind ?? "object"} ${object.metadata.name}${by && `, managed by ${by}`}`;
  });
  throw new UserError(
    `objects of somebody else are there by these names, and would be taken over:\n${lines.join("\n")}`,
    "Apply it with the command (canary foundation, canary promote): it shows what would change, and takes --take-over. Or set takeOver: true in the stack's file.",
  );
}
