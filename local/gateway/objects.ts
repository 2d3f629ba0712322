import { NODE_NAME } from "../cluster/certificates.ts";

/** The class whose Gateways Contour serves, by the name that its own documentation gives it. */
export const GATEWAY_CLASS = "contour";

/** Contour's own namespace. */
export const CONTOUR_NAMESPACE = "projectcontour";

/** The Service by which clients come in, as Contour's own manifest calls it: Contour looks for its address there. */
export const ENVOY_SERVICE = "envoy";

/**
 * Ports of a Gateway's listeners, and those that Envoy listens at for them: Contour adds 8000
 * (internal/gatewayapi/listeners.go).
 */
export const PORTS = {
  http: { listener: 80, envoy: 8080 },
  https: { listener: 443, envoy: 8443 },
} as const;

/** An object to apply: its path, and what is to stand in it. */
export interface Applied {
  readonly path: string;
  readonly document: object;
}

/**
 * What has to be in the cluster besides the definitions: the class, and a Service that leads to Envoy in the node's
 * network, as it does where Envoy runs with `hostNetwork`.
 * @param nodeAddress where Envoy is
 */
export function gatewayObjects(nodeAddress: string): readonly Applied[] {
  const inNamespace = { namespace: CONTOUR_NAMESPACE };
  const ports = Object.entries(PORTS);
  return [
    {
      path: `/api/v1/namespaces/${CONTOUR_NAMESPACE}`,
      document: { apiVersion: "v1", kind: "Namespace", metadata: { name: CONTOUR_NAMESPACE } },
    },
    {
      path: `/apis/gateway.networking.k8s.io/v1/gatewayclasses/${GATEWAY_CLASS}`,
      document: {
        apiVersion: "gateway.networking.k8s.io/v1",
        kind: "GatewayClass",
        metadata: { name: GATEWAY_CLASS },
        spec: { controllerName: "projectcontour.io/gateway-controller" },
      },
    },
    {
      path: `/api/v1/namespaces/${CONTOUR_NAMESPACE}/services/${ENVOY_SERVICE}`,
      document: {
        apiVersion: "v1",
        kind: "Service",
        metadata: { name: ENVOY_SERVICE, ...inNamespace },
        spec: {
          type: "LoadBalancer",
          // Traffic keeps its clients' addresses, and their connections do not share one address's ports.
          externalTrafficPolicy: "Local",
          ports: ports.map(([name, { listener, envoy }]) => ({ name, port: listener, targetPort: envoy })),
        },
      },
    },
    {
      path: `/apis/discovery.k8s.io/v1/namespaces/${CONTOUR_NAMESPACE}/endpointslices/${ENVOY_SERVICE}`,
      document: {
        apiVersion: "discovery.k8s.io/v1",
        kind: "EndpointSlice",
        metadata: {
          name: ENVOY_SERVICE,
          ...inNamespace,
          labels: {
            "kubernetes.io/service-name": ENVOY_SERVICE,
            "endpointslice.kubernetes.io/managed-by": "canary-stages-local",
          },
        },
        addressType: "IPv4",
        endpoints: [{ addresses: [nodeAddress], nodeName: NODE_NAME, conditions: { ready: true } }],
        ports: ports.map(([name, { envoy }]) => ({ name, port: envoy, protocol: "TCP" })),
      },
    },
  ];
}
