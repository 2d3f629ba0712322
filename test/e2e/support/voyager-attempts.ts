import type { Attempt } from "./admission.ts";

/** The parts of objects that are changed here. */
interface Changed {
  metadata: { labels?: Record<string, string>; annotations: Record<string, string> };
  spec: Record<string, unknown>;
  type: string;
}

interface Template {
  metadata: { labels: Record<string, string>; annotations: Record<string, string> };
  spec: Record<string, unknown> & {
    containers: (Record<string, unknown> & { securityContext: Record<string, unknown> })[];
    volumes: unknown[];
  };
}

const says = (text: string): RegExp => new RegExp(`denied request: it .*${text}`);
/** What a configuration may allow says how. */
const saysHow = (text: string): RegExp =>
  new RegExp(`denied request: it .*${text}.*an administrator has to apply the foundation: canary foundation`);

/**
 * What somebody with the deployer's token tries in the namespace of an application with the router `voyager`, and what a
 * stage itself does. @param secret a Secret that app.secrets names, by its key `token` alone
 */
export function voyagerAttempts(namespace: string, app: string, secret: string): readonly Attempt[] {
  const deployment = `/apis/apps/v1/namespaces/${namespace}/deployments/${app}-new`;
  const service = `/api/v1/namespaces/${namespace}/services/${app}-service`;
  const ingress = `/apis/voyager.appscode.com/v1/namespaces/${namespace}/ingresses/${app}-ingress`;
  const record = `/api/v1/namespaces/${namespace}/configmaps/${app}-release`;
  const beside = (path: string, name: string): string => path.replace(/[^/]+$/, name);

  const pods = (what: string, change: (template: Template) => void, refusal?: RegExp): Attempt => ({
    what,
    path: deployment,
    change: (object) => change((object as unknown as { spec: { template: Template } }).spec.template),
    ...(refusal && { refusal }),
  });
  const mounted = (what: string, source: object, refusal?: RegExp) =>
    pods(`mounts ${what}`, ({ spec }) => spec.volumes.push({ name: "extra", ...source }), refusal);
  const volume = (what: string, source: object) =>
    mounted(what, source, saysHow("mounts what app does not name, as the volumes extra"));
  const container = (
    what: string,
    change: (one: Template["spec"]["containers"][number]) => void,
    refusal?: RegExp,
  ) => pods(what, ({ spec }) => spec.containers[0] && change(spec.containers[0]), refusal);
  const variable = (what: string, name: string, key: string, refusal?: RegExp) =>
    container(
      what,
      (one) => {
        one.env = [{ name: "TAKEN", valueFrom: { secretKeyRef: { name, key } } }];
      },
      refusal,
    );
  const FOREIGN = saysHow(
    `takes variables from Secrets or ConfigMaps that app does not name, in the containers ${app}`,
  );
  const ROOT = saysHow(
    `does not keep the restricted Pod Security Standard, which app.podSecurity does not set aside, in the containers ${app}`,
  );
  const of = (path: string) => (what: string, change: (object: Changed) => void, refusal?: RegExp) => ({
    what,
    path,
    change: (object: Record<string, unknown>) => change(object as unknown as Changed),
    ...(refusal && { refusal }),
  });
  const services = of(service);
  const ingresses = of(ingress);
  const backend = (name: string, more: object = {}) => ({ service: { name, port: { number: 80 } }, ...more });

  return [
    pods("changes a weight", ({ metadata }) => {
      metadata.annotations["ingress.appscode.com/backend-weight"] = "13";
    }),
    variable("takes the key of a Secret that app names", secret, "token"),
    variable("takes another key of that Secret", secret, "other", FOREIGN),
    variable("takes its own token", `${namespace}-deployer-token`, "token", FOREIGN),
    container(
      "takes a whole Secret of which app names a key",
      (one) => {
        one.envFrom = [{ secretRef: { name: secret } }];
      },
      FOREIGN,
    ),
    container(
      "takes a ConfigMap that app does not name",
      (one) => {
        one.envFrom = [{ configMapRef: { name: "kube-root-ca.crt" } }];
      },
      FOREIGN,
    ),
    mounted("an emptyDir", { emptyDir: { sizeLimit: "1Mi" } }),
    volume("a Secret", { secret: { secretName: `${namespace}-deployer-token` } }),
    volume("a projected Secret", { projected: { sources: [{ secret: { name: "edge-tls" } }] } }),
    volume("a projected token", { projected: { sources: [{ serviceAccountToken: { path: "token" } }] } }),
    volume("a claim", { persistentVolumeClaim: { claimName: "somebody-elses" } }),
    volume("a CSI driver's volume", { csi: { driver: "secrets-store.csi.k8s.io" } }),
    volume("a folder of the node", { hostPath: { path: "/" } }),
    volume("a folder of another machine", { nfs: { server: "10.0.0.1", path: "/" } }),
    pods(
      "runs as another ServiceAccount",
      ({ spec }) => {
        spec.serviceAccountName = `${namespace}-deployer`;
      },
      saysHow(`runs as a ServiceAccount that app.serviceAccount does not name: ${namespace}-deployer`),
    ),
    pods(
      "gets a token for the API server",
      ({ spec }) => {
        spec.automountServiceAccountToken = true;
      },
      saysHow("mounts a token for the API server"),
    ),
    pods(
      "pulls with somebody's credentials",
      ({ spec }) => {
        spec.imagePullSecrets = [{ name: "registry" }];
      },
      saysHow("pulls images with Secrets"),
    ),
    pods(
      "goes before the cluster's own pods",
      ({ spec }) => {
        spec.priorityClassName = "system-cluster-critical";
      },
      saysHow("has a priority that app.priorityClass does not name: system-cluster-critical"),
    ),
    container(
      "runs as root",
      ({ securityContext }) => Object.assign(securityContext, { runAsUser: 0, runAsNonRoot: false }),
      ROOT,
    ),
    container(
      "may become root",
      ({ securityContext }) => Object.assign(securityContext, { allowPrivilegeEscalation: true }),
      ROOT,
    ),
    container(
      "has a capability",
      ({ securityContext }) =>
        Object.assign(securityContext, { capabilities: { add: ["CHOWN"], drop: ["ALL"] } }),
      ROOT,
    ),
    pods(
      "makes pods that pass for HAProxy's",
      ({ metadata }) => {
        metadata.labels.origin = "voyager";
      },
      says("makes pods with the labels of the edge's own"),
    ),
    {
      ...pods(
        "makes another Deployment",
        () => undefined,
        says(`is no object of the application ${app}: deployments/other`),
      ),
      as: beside(deployment, "other"),
    },

    services("leads to the application", () => undefined),
    services(
      "takes an address of somebody else",
      ({ spec }) => {
        spec.externalIPs = ["203.0.113.7"];
      },
      says("has external addresses or an external name"),
    ),
    services(
      "has an address of its own",
      ({ spec }) => {
        spec.type = "LoadBalancer";
      },
      saysHow("is of a type that this router does not make .ClusterIP.: LoadBalancer"),
    ),
    services(
      "leads to other pods",
      ({ spec }) => {
        spec.selector = { app: "other" };
      },
      says("leads to other pods than the application's"),
    ),
    services(
      "leads to another port",
      ({ spec }) => {
        spec.ports = [{ name: "http", port: 80, protocol: "TCP", targetPort: 9901 }];
      },
      saysHow("leads to another port than app.port"),
    ),
    services(
      "tells HAProxy more",
      ({ metadata }) => {
        metadata.annotations["ingress.appscode.com/affinity"] = "cookie";
      },
      says("has annotations that this program does not write: ingress.appscode.com/affinity"),
    ),

    ingresses("leads to the Service", () => undefined),
    ingresses(
      "publishes another namespace's Service",
      ({ spec }) => {
        spec.defaultBackend = backend(`${app}-service.kube-system`);
      },
      says(`leads elsewhere than to ${app}-service`),
    ),
    ingresses(
      "configures HAProxy's backend",
      ({ spec }) => {
        spec.defaultBackend = backend(`${app}-service`, { backendRules: ["server x 10.0.0.1:80"] });
      },
      says("has rules for HAProxy that this program does not write"),
    ),
    ingresses(
      "configures HAProxy's frontend",
      ({ spec }) => {
        spec.frontendRules = [{ port: 80, rules: ["http-request lua.run"] }];
      },
      says("has lines for HAProxy's configuration"),
    ),
    ingresses("leads testers to the canary", ({ spec }) => {
      const use = "use_backend preview if { req.hdr(X-Canary) -m str yes }";
      spec.frontendRules = [{ port: 80, rules: ["option forwardfor", use] }];
    }),
    ingresses(
      "serves a host of somebody else",
      ({ spec }) => {
        const paths = [{ path: "/", backend: backend(`${app}-service`) }];
        spec.rules = [{ host: "bank.example.com", http: { paths } }];
      },
      saysHow("serves hosts that edge does not name: bank.example.com"),
    ),
    ingresses(
      "serves a certificate of somebody else",
      ({ spec }) => {
        spec.tls = [{ hosts: ["bank.example.com"], secretName: "bank-tls" }];
      },
      saysHow("serves the certificate of a Secret that edge.tls does not name"),
    ),
    ingresses(
      "opens what HAProxy knows to everybody",
      ({ metadata }) => {
        metadata.annotations["ingress.appscode.com/stats"] = "true";
      },
      says("has annotations that this program does not write: ingress.appscode.com/stats"),
    ),

    of(record)("writes what is live", () => undefined),
    {
      ...of(record)(
        "writes a ConfigMap of somebody else",
        () => undefined,
        says("is no object of the application"),
      ),
      as: beside(record, "kube-root-ca.crt"),
    },
  ];
}
