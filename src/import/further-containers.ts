import { containerOf } from "./container.ts";
import { type Imported, type Json, listAt, objectAt } from "./manifest.ts";
import type { Remaining } from "./remaining.ts";
import type { ImportedVolume } from "./volumes.ts";

interface Further {
  /** Containers of the pod besides the one that is served. */
  readonly beside: readonly Json[];
  readonly volumes: ReadonlyMap<string, ImportedVolume>;
  readonly imported: (where: string) => Imported;
}

/** A container besides the one that is served: its keys, and the piece of PodSpec that they have no word for. */
export interface FurtherContainer {
  readonly name: unknown;
  readonly keys: Json;
  readonly piece: Json;
}

/** The sidecars and init containers. */
export function furtherContainers(
  pod: Remaining,
  { beside, volumes, imported }: Further,
): Record<"sidecars" | "initContainers", FurtherContainer[]> {
  const inits = listAt({ containers: pod.take("initContainers") }, "containers");
  const isSidecar = ({ restartPolicy }: Json) => restartPolicy === "Always";
  for (const { name } of beside)
    imported("app").notes.push(
      `the container ${name} becomes a sidecar: it starts before the application and stops after it`,
    );
  const further = (one: Json, where: string, hasProbes: boolean): FurtherContainer => {
    const { keys, piece, runAsUser } = containerOf(one, { imported: imported(where), volumes, hasProbes });
    const security =
      runAsUser === undefined || runAsUser === 0
        ? {}
        : { securityContext: { ...objectAt(piece, "securityContext"), runAsUser } };
    return {
      name: one.name,
      keys: { name: one.name, image: one.image, ...keys },
      piece: { ...piece, ...security },
    };
  };
  return {
    sidecars: [...inits.filter(isSidecar), ...beside].map((one, index) =>
      further(one, `app.sidecars[${index}]`, true),
    ),
    initContainers: inits
      .filter((one) => !isSidecar(one))
      .map((one, index) => further(one, `app.initContainers[${index}]`, false)),
  };
}
