import type {
  Endpoint,
  EndpointSlice,
  Ingress,
  IngressSpec,
  Objects,
  Pod,
  Secret,
  Service,
} from "../../../../local/edge/objects.ts";
import type { ProxySettings } from "../../../../local/edge/render.ts";

/** Short ways to write the objects of one namespace. */
export const NAMESPACE = "shop";

type Annotations = Record<string, string>;

const PREFIX = "ingress.appscode.com/";

export const settings: ProxySettings = {
  address: "127.0.0.1",
  httpPort: 8080,
  httpsPort: 8443,
  statsPort: 8404,
  directory: "/edge/127.0.0.1",
  sockets: "/sockets/127.0.0.1",
};

export function ingress(spec: IngressSpec, annotations: Annotations = {}): Ingress {
  return { metadata: metadata("web", prefixed(annotations)), spec };
}

export function service(
  name: string,
  ports: { name?: string; port: number }[],
  annotations: Annotations = {},
): Service {
  return { metadata: metadata(name, prefixed(annotations)), spec: { ports } };
}

/** A pod; its weight annotation is left out when undefined. */
export function pod(name: string, weight?: string): Pod {
  return { metadata: metadata(name, weight === undefined ? {} : prefixed({ "backend-weight": weight })) };
}

export function slice(
  serviceName: string,
  endpoints: Endpoint[],
  ports: { name?: string; port: number }[] = [{ port: 80 }],
): EndpointSlice {
  const name = `${serviceName}-${endpoints[0]?.addresses[0] ?? "none"}`;
  const labels = { "kubernetes.io/service-name": serviceName };
  return { metadata: { ...metadata(name), labels }, addressType: "IPv4", endpoints, ports };
}

export function endpoint(
  podName: string,
  address: string,
  conditions: Endpoint["conditions"] = {},
): Endpoint {
  return { addresses: [address], conditions, targetRef: { kind: "Pod", name: podName } };
}

export function tlsSecret(name: string): Secret {
  const data = { "tls.crt": "CERTIFICATE", "tls.key": "KEY" };
  const encoded = Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString("base64")]);
  return { metadata: metadata(name), data: Object.fromEntries(encoded) };
}

export function objects(parts: {
  services?: Service[];
  pods?: Pod[];
  slices?: EndpointSlice[];
  secrets?: Secret[];
}): Objects {
  return {
    services: byKey(parts.services),
    pods: byKey(parts.pods),
    endpointSlices: byKey(parts.slices),
    secrets: byKey(parts.secrets),
  };
}

/** A Service `web` with one pod for each weight: `web-0`, `web-1`, … */
export function weighted(...weights: (string | undefined)[]): Objects {
  return objects({
    services: [service("web", [{ port: 80 }])],
    pods: weights.map((weight, index) => pod(`web-${index}`, weight)),
    slices: [
      slice(
        "web",
        weights.map((_, index) => endpoint(`web-${index}`, `10.1.0.${index + 1}`, { ready: true })),
      ),
    ],
  });
}

function metadata(name: string, annotations: Annotations = {}) {
  return { name, namespace: NAMESPACE, annotations };
}

function prefixed(annotations: Annotations): Annotations {
  return Object.fromEntries(Object.entries(annotations).map(([name, value]) => [PREFIX + name, value]));
}

function byKey<T extends { metadata: { name: string } }>(list: readonly T[] = []): Map<string, T> {
  return new Map(list.map((object) => [`${NAMESPACE}/${object.metadata.name}`, object]));
}
