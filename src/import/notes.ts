import type { FurtherContainer } from "./further-containers.ts";
import { isObject, type Json, type Manifest, objectAt } from "./manifest.ts";
import type { ServedPort } from "./probes.ts";

/** A container that runs the application's image would stay at the version of today. */
export function noteSameImage(
  image: unknown,
  lists: Readonly<Record<"sidecars" | "initContainers", readonly FurtherContainer[]>>,
  notes: string[],
): void {
  for (const [list, all] of Object.entries(lists))
    for (const [index, { keys }] of all.entries())
      if (keys.image === image)
        notes.push(
          `app.${list}[${index}] (${keys.name}) runs the application's own image, and stays at ${image} in every version: without image it runs the version's, with the application's environment, files and mounts`,
        );
}

/** A server that has TLS on its port itself: by its readiness, or by the port's name. */
export function noteTls({ readiness }: Json, { number, name }: ServedPort, notes: string[]): void {
  const isAsked = isObject(readiness) && readiness.port === undefined && readiness.scheme === "HTTPS";
  if (isAsked || /https|tls/.test(name ?? ""))
    notes.push(
      `port ${number} seems to have TLS: an edge that splits by weights asks pods by plain HTTP (docs/routers.md)`,
    );
}

/** What of the file is somebody else's, or another file's, to say. */
export function noteOthers({ content }: Manifest, others: readonly Manifest[], notes: string[]): void {
  const { replicas, strategy } = objectAt(content, "spec");
  if (replicas !== undefined) notes.push(`replicas: ${replicas} is for the stages' files (replicas)`);
  if (isObject(strategy)) notes.push("strategy is left out: the program rolls without unavailability");
  for (const { kind, name } of others)
    if (kind !== "ConfigMap" && kind !== "Deployment")
      notes.push(
        kind === "Secret"
          ? `Secret ${name} is not taken: it has to be in the namespace, or its values become Pulumi secrets (app.secrets: {config: NAME})`
          : `${kind} ${name} is not taken`,
      );
}
