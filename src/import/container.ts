import { SERVED_PORT } from "../model/kubernetes/pod.ts";
import { environmentOf } from "./environment.ts";
import { type Imported, type Json, listAt, objectAt } from "./manifest.ts";
import { probesOf, type ServedPort } from "./probes.ts";
import { compact, Remaining } from "./remaining.ts";
import { type ImportedVolume, mountsOf } from "./volumes.ts";

/** A container as keys of `app`, and what of it only `app.pod` can have. */
export interface ImportedContainer {
  readonly keys: Record<string, unknown>;
  readonly piece: Json;
  /** 0 for root, which it cannot be here. */
  readonly runAsUser: number | undefined;
}

interface Place {
  readonly imported: Imported;
  readonly volumes: ReadonlyMap<string, ImportedVolume>;
  /** Of the application's own container. */
  readonly served?: ServedPort | undefined;
  readonly hasProbes: boolean;
}

/** What limits are set to where there are none: this program wants some. */
const LIMITS = { cpu: "2", memory: "1Gi" } as const;
const REQUESTS = { cpu: "100m", memory: "128Mi" } as const;

/** What Kubernetes writes into a container by itself. */
const DEFAULTS: Json = {
  imagePullPolicy: "IfNotPresent",
  terminationMessagePath: "/dev/termination-log",
  terminationMessagePolicy: "File",
};

export function containerOf(given: Json, { imported, volumes, served, hasProbes }: Place): ImportedContainer {
  const left = new Remaining(withoutServedName(given, served));
  for (const key of ["name", "image", "restartPolicy"]) left.take(key);
  for (const [key, value] of Object.entries(DEFAULTS)) left.dropDefault(key, value);
  const { others, ...environment } = environmentOf(left, imported);
  const { resources, others: otherResources } = resourcesOf(left, imported);
  const security = securityOf(left, imported);
  const ports = portsOf(left, served, imported);
  const probes = hasProbes ? probesOf(left, imported, served) : {};
  const asked = portsAsked(Object.values(probes), [...ports, { port: served?.number }], imported);
  const keys = {
    command: left.take("command"),
    args: left.take("args"),
    ...environment,
    ...mountsOf(left, volumes, imported),
    ports: [...ports, ...asked],
    probes: compact(probes),
    resources,
  };
  const piece = { ...left.rest, env: others, resources: otherResources, securityContext: security.piece };
  return { keys: compact(keys), piece: compact(piece), runAsUser: security.runAsUser };
}

/** The name that the served port has here is no other's. */
function withoutServedName(container: Json, served: ServedPort | undefined): Json {
  const ports = listAt(container, "ports");
  const other = ports.find(
    ({ name, containerPort }) => name === SERVED_PORT && containerPort !== served?.number,
  );
  if (!other) return container;
  const probes = ["readinessProbe", "livenessProbe", "startupProbe"].flatMap((key) => {
    const probe = objectAt(container, key);
    const handler = ["httpGet", "tcpSocket"].find((one) => objectAt(probe, one).port === SERVED_PORT);
    const asked = handler && { ...objectAt(probe, handler), port: other.containerPort };
    return handler ? [[key, { ...probe, [handler]: asked }] as const] : [];
  });
  const { name: _name, ...unnamed } = other;
  return {
    ...container,
    ...Object.fromEntries(probes),
    ports: ports.map((port) => (port === other ? unnamed : port)),
  };
}

/** Ports that a probe asks by number and the container does not declare: Kubernetes wants no declaration, this program does. */
function portsAsked(
  probes: readonly (Json | undefined)[],
  known: readonly Json[],
  { notes, where }: Imported,
) {
  const numbers = probes.flatMap((probe) => (typeof probe?.port === "number" ? [probe.port] : []));
  return [...new Set(numbers)]
    .filter((number) => !known.some(({ port, protocol = "TCP" }) => port === number && protocol === "TCP"))
    .map((port) => {
      notes.push(`${where}: port ${port} is declared, since a probe asks it`);
      return { name: `port-${port}`, port };
    });
}

function resourcesOf(container: Remaining, { notes, where }: Imported) {
  const given = container.take<Json>("resources") ?? {};
  const [requests, limits] = [{ ...objectAt(given, "requests") }, { ...objectAt(given, "limits") }];
  const amount = (kind: "requests" | "limits", name: "cpu" | "memory"): string => {
    const [own, other] = kind === "requests" ? [requests, limits] : [limits, requests];
    if (own[name] !== undefined) return String(own[name]);
    // As Kubernetes does.
    if (kind === "requests" && other[name] !== undefined) return String(other[name]);
    const made = kind === "requests" ? REQUESTS[name] : LIMITS[name];
    notes.push(`${where}.resources.${kind}.${name} was not set: ${made} is a guess, set what it needs`);
    return made;
  };
  const of = (kind: "requests" | "limits") => ({ cpu: amount(kind, "cpu"), memory: amount(kind, "memory") });
  const rest = (amounts: Json) => {
    const { cpu: _cpu, memory: _memory, ...others } = amounts;
    return others;
  };
  const { requests: _requests, limits: _limits, ...more } = given;
  return {
    resources: { requests: of("requests"), limits: of("limits") },
    others: compact({ ...more, requests: rest(requests), limits: rest(limits) }),
  };
}

/** What the restricted standard has in place of it, or takes as it is. */
function securityOf(container: Remaining, { notes, where }: Imported) {
  const left = new Remaining(container.take<Json>("securityContext") ?? {});
  const refuse = (what: string) =>
    notes.push(`${where} is not ${what}: the Pod Security Standard forbids it`);
  if (left.take("privileged") === true) refuse("privileged");
  if (left.take("allowPrivilegeEscalation") === true) refuse("allowed to gain privileges");
  left.take("runAsNonRoot");
  const user = left.take<number>("runAsUser");
  if (user === 0) refuse("run as root");
  const added = left.take<Json>("capabilities")?.add;
  const add = Array.isArray(added) ? added.filter((name) => name === "NET_BIND_SERVICE") : [];
  if (Array.isArray(added))
    for (const name of added) if (!add.includes(name)) refuse(`given the capability ${name}`);
  const isReadOnly = left.take("readOnlyRootFilesystem") === true;
  const profile = left.take<Json>("seccompProfile");
  const piece = compact({
    ...left.rest,
    ...(profile && profile.type !== "RuntimeDefault" && { seccompProfile: profile }),
    ...(add.length > 0 && { capabilities: { add } }),
    // It may write anywhere now, and must not fail by it.
    ...(!isReadOnly && { readOnlyRootFilesystem: false }),
  });
  return { piece, runAsUser: user };
}

function portsOf(container: Remaining, served: ServedPort | undefined, { notes, where }: Imported): Json[] {
  const given = listAt({ ports: container.take("ports") }, "ports");
  // A server of DNS has both protocols on one number.
  const others = given.filter(
    ({ containerPort, protocol = "TCP" }) => containerPort !== served?.number || protocol !== "TCP",
  );
  for (const { hostPort, containerPort } of given)
    if (hostPort !== undefined)
      notes.push(`${where}: port ${containerPort} is not taken to the node (hostPort)`);
  return others.map(({ name, containerPort, protocol }) => ({
    name: name ?? `port-${containerPort}`,
    port: containerPort,
    ...(protocol !== undefined && protocol !== "TCP" && { protocol }),
  }));
}
