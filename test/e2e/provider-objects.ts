/** Objects of every kind that the program makes, as it writes them. */
import type { JsonObject } from "../../local/provider/json.ts";

export function configMap(name: string, data: JsonObject, immutable?: boolean): JsonObject {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data, immutable };
}

export interface DeploymentOptions {
  readonly image?: string;
  readonly weight?: string;
  readonly replicas?: number;
}

/** Ready at once: the readiness of the server itself is not what is tested. */
export function deployment(name: string, options: DeploymentOptions = {}): JsonObject {
  const { image = "httpd:2.4.18", weight = "25", replicas = 1 } = options;
  const labels = { app: name };
  const container = {
    name: "httpd",
    image,
    ports: [{ containerPort: 80 }],
    resources: { requests: { cpu: "0.01", memory: "16Mi" }, limits: { memory: "0.0625Gi" } },
  };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      progressDeadlineSeconds: 8,
      template: {
        metadata: { labels, annotations: { "ingress.appscode.com/backend-weight": weight } },
        spec: { terminationGracePeriodSeconds: 0, containers: [container] },
      },
    },
  };
}

export function service(name: string, app: string, type = "ClusterIP"): JsonObject {
  const spec = { type, selector: { app }, ports: [{ port: 80, targetPort: 80 }] };
  return { apiVersion: "v1", kind: "Service", metadata: { name }, spec };
}

const RULES = [
  { apiGroups: [""], resources: ["configmaps"], verbs: ["get", "list", "watch"] },
  { apiGroups: ["apps"], resources: ["deployments"], verbs: ["get", "list", "watch"] },
];

/** One of each other kind; in this order they can be made. */
export function others(namespace: string): JsonObject[] {
  const group = "rbac.authorization.k8s.io";
  const subjects = [{ kind: "ServiceAccount", name: "deployer", namespace }];
  const token = { "kubernetes.io/service-account.name": "deployer" };
  return [
    {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { name: "deployer" },
      automountServiceAccountToken: false,
    },
    { apiVersion: `${group}/v1`, kind: "Role", metadata: { name: "deployer" }, rules: RULES },
    {
      apiVersion: `${group}/v1`,
      kind: "RoleBinding",
      metadata: { name: "deployer" },
      roleRef: { apiGroup: group, kind: "Role", name: "deployer" },
      subjects,
    },
    {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "token", annotations: token },
      type: "kubernetes.io/service-account-token",
    },
    { apiVersion: "v1", kind: "Secret", metadata: { name: "plain" }, stringData: { key: "value" } },
    {
      apiVersion: "v1",
      kind: "ResourceQuota",
      metadata: { name: "quota" },
      spec: { hard: { pods: "20", "requests.cpu": "0.5" } },
    },
    {
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: { name: "policy" },
      spec: { podSelector: {}, policyTypes: ["Ingress"], ingress: [{ ports: [{ port: 80 }] }] },
    },
    {
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata: { name: "budget" },
      spec: { minAvailable: 1, selector: { matchLabels: { app: "web" } } },
    },
    {
      apiVersion: "coordination.k8s.io/v1",
      kind: "Lease",
      metadata: { name: "lock" },
      spec: { holderIdentity: "somebody", leaseDurationSeconds: 60 },
    },
  ];
}

/** A CustomResourceDefinition of a group of its own, so that tests side by side do not meet. */
export function definition(group: string): JsonObject {
  const names = { plural: "things", singular: "thing", kind: "Thing", listKind: "ThingList" };
  const spec = { type: "object", properties: { size: { type: "integer" } } };
  const schema = { openAPIV3Schema: { type: "object", properties: { spec } } };
  const versions = [{ name: "v1", served: true, storage: true, schema }];
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `things.${group}` },
    spec: { group, scope: "Namespaced", names, versions },
  };
}
