import { annotation, backendWeight, maxConnections } from "./annotations.ts";
import type { Endpoint, EndpointSlice, IngressBackend, Objects, Service, ServicePort } from "./objects.ts";

/** One `server` line of a backend. */
export interface Server {
  /** `pod-` and the pod's name, as Voyager names it. */
  name: string;
  address: string;
  port: number;
  /** Left out of the line when undefined: HAProxy then takes 1. */
  weight: number | undefined;
  maxConnections: number | undefined;
  /** Health check: the port to check, or true for the traffic's own. */
  check: number | true | undefined;
}

const SERVICE_NAME_LABEL = "kubernetes.io/service-name";

/**
 * The Service that a backend names, in the Ingress's namespace or, as `NAME.NAMESPACE`, in another.
 * @returns undefined when there is no such Service or it has no such port
 */
export function findService(
  objects: Objects,
  ingressNamespace: string,
  { service: { name, port } }: IngressBackend,
): { service: Service; port: ServicePort } | undefined {
  const [serviceName, namespace = ingressNamespace] = name.split(".");
  const service = objects.services.get(`${namespace}/${serviceName}`);
  const found = service?.spec?.ports?.find((candidate) =>
    port.number === undefined ? candidate.name === port.name : candidate.port === port.number,
  );
  return service && found && { service, port: found };
}

/**
 * The servers of a Service's port: its ready addresses that are not terminating, one for each pod, by name.
 * An address whose pod is not known (yet, or any more) is left out: without its weight it would get a share that
 * nobody asked for.
 */
export function serversOf(
  objects: Objects,
  service: Service,
  port: ServicePort,
  hostNames: readonly string[] = [],
): Server[] {
  const servers = new Map<string, Server>();
  for (const slice of slicesOf(objects, service)) {
    const targetPort = slice.ports?.find((candidate) => (candidate.name ?? "") === (port.name ?? ""))?.port;
    if (targetPort === undefined) continue;
    for (const endpoint of slice.endpoints ?? []) {
      if (!takesTraffic(endpoint) || !isWanted(endpoint, hostNames)) continue;
      const server = serverOf(objects, service, endpoint, targetPort);
      if (server) servers.set(`${server.address}:${server.port}`, server);
    }
  }
  return [...servers.values()].sort((a, b) => compare(a.name, b.name) || compare(a.address, b.address));
}

function slicesOf(objects: Objects, service: Service): EndpointSlice[] {
  const { name, namespace } = service.metadata;
  return [...objects.endpointSlices.values()].filter(
    ({ metadata, addressType }) =>
      metadata.namespace === namespace &&
      metadata.labels?.[SERVICE_NAME_LABEL] === name &&
      addressType !== "FQDN",
  );
}

/** A missing `ready` means ready: discovery.k8s.io/v1, EndpointConditions. */
export function takesTraffic({ conditions }: Endpoint): boolean {
  return conditions?.ready !== false && conditions?.terminating !== true;
}

function isWanted({ hostname }: Endpoint, hostNames: readonly string[]): boolean {
  if (hostNames.length === 0) return true;
  return hostNames.some((name) => name.toLowerCase() === hostname?.toLowerCase());
}

function serverOf(objects: Objects, service: Service, endpoint: Endpoint, port: number): Server | undefined {
  const [address] = endpoint.addresses;
  if (address === undefined) return undefined;
  const { targetRef } = endpoint;
  const isPod = targetRef?.kind === "Pod";
  const pod = isPod ? objects.pods.get(`${service.metadata.namespace}/${targetRef.name}`) : undefined;
  if (isPod && !pod) return undefined;
  return {
    name: `pod-${targetRef?.name ?? address}`,
    address,
    port,
    weight: backendWeight(pod?.metadata.annotations),
    maxConnections: maxConnections(pod?.metadata.annotations),
    check: checkOf(service),
  };
}

function checkOf({ metadata: { annotations } }: Service): number | true | undefined {
  if (annotation(annotations, "check") !== "true") return undefined;
  return Number(annotation(annotations, "check-port")) || true;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
