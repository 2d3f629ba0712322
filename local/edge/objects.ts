/** The fields of Kubernetes objects that decide what HAProxy is told; everything else is ignored. */
export interface Metadata {
  name: string;
  namespace: string;
  uid?: string;
  resourceVersion?: string;
  creationTimestamp?: string;
  annotations?: Record<string, string>;
  labels?: Record<string, string>;
}

export interface KubernetesObject {
  metadata: Metadata;
}

/** A backend of `voyager.appscode.com/v1`; the same at `spec.defaultBackend` and at `paths[].backend`. */
export interface IngressBackend {
  /** A name that `frontendRules` can refer to; one is made up when it is absent. */
  name?: string;
  service: { name: string; port: { number?: number; name?: string } };
  hostNames?: string[];
  backendRules?: string[];
  headerRules?: string[];
  loadBalanceOn?: string;
}

export interface IngressPath {
  path?: string;
  backend: IngressBackend;
}

export interface IngressRule {
  host?: string;
  http?: { port?: number; noTLS?: boolean; paths: IngressPath[] };
}

export interface FrontendRule {
  port?: number;
  rules?: string[];
}

export interface IngressTls {
  hosts?: string[];
  secretName?: string;
  ref?: { kind?: string; name: string };
}

export interface IngressSpec {
  defaultBackend?: IngressBackend;
  rules?: IngressRule[];
  frontendRules?: FrontendRule[];
  tls?: IngressTls[];
}

export interface Ingress extends KubernetesObject {
  spec?: IngressSpec;
  status?: { loadBalancer?: { ingress?: { ip?: string; ports?: { port: number }[] }[] } };
}

export interface ServicePort {
  name?: string;
  port: number;
}

export interface Service extends KubernetesObject {
  spec?: { type?: string; ports?: ServicePort[] };
}

export interface Endpoint {
  addresses: string[];
  hostname?: string;
  conditions?: { ready?: boolean; terminating?: boolean };
  targetRef?: { kind?: string; name: string; namespace?: string };
}

export interface EndpointSlice extends KubernetesObject {
  addressType: string;
  endpoints?: Endpoint[] | null;
  ports?: { name?: string | null; port?: number }[] | null;
}

export interface Pod extends KubernetesObject {}

export interface Secret extends KubernetesObject {
  /** Values are in base64. */
  data?: Record<string, string>;
}

/** What is known of the cluster at one moment. */
export interface Objects {
  services: ReadonlyMap<string, Service>;
  endpointSlices: ReadonlyMap<string, EndpointSlice>;
  pods: ReadonlyMap<string, Pod>;
  secrets: ReadonlyMap<string, Secret>;
}

/** The key of an object in a map: `NAMESPACE/NAME`. */
export function keyOf(object: KubernetesObject): string {
  return `${object.metadata.namespace}/${object.metadata.name}`;
}
