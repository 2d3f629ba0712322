import { UserError } from "../errors.ts";
import { type Json, listAt, type Manifest, objectAt } from "./manifest.ts";
import { portOfProbe, type ServedPort } from "./probes.ts";

/** The port that a Service of the file leads to, where it selects the pods. */
export function targetPortOf(others: readonly Manifest[], template: Json): unknown {
  const labels = objectAt(objectAt(template, "metadata"), "labels");
  const service = others.find(({ kind, content }) => {
    const selector = Object.entries(objectAt(objectAt(content, "spec"), "selector"));
    return (
      kind === "Service" && selector.length > 0 && selector.every(([key, value]) => labels[key] === value)
    );
  });
  const [port] = listAt(objectAt(service?.content ?? {}, "spec"), "ports");
  return port?.targetPort ?? port?.port;
}

/** The container that is served and its port: as the Service of the file says, else its first one, else what its readiness probe asks. */
export function servedOf(
  containers: readonly Json[],
  target: unknown,
  { name }: Manifest,
  notes: string[],
): readonly [Json, ServedPort] {
  const candidates = [...containers].sort((a, b) => Number(b.name === name) - Number(a.name === name));
  for (const container of candidates) {
    const ports = listAt(container, "ports").filter(({ protocol = "TCP" }) => protocol === "TCP");
    const found =
      target === undefined
        ? ports[0]
        : ports.find(({ name: own, containerPort }) => target === own || target === containerPort);
    if (!found) continue;
    if (target === undefined && ports.length > 1)
      notes.push(
        `port ${found.containerPort} is taken for the one that is served: no Service in the file says which`,
      );
    return [container, { number: Number(found.containerPort), name: found.name as string | undefined }];
  }
  for (const container of candidates) {
    const number = target ?? portOfProbe(objectAt(container, "readinessProbe"));
    if (typeof number === "number") return [container, { number, name: undefined }];
  }
  throw new UserError(
    `no container of Deployment ${name} says which port it serves on`,
    "Give it ports or a readiness probe first, or put the file of its Service into the same file.",
  );
}
