import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { tokenKubeconfig } from "../cluster/kubeconfig.ts";
import { namespacePath } from "../cluster/objects.ts";
import { hooksOf } from "../config/app/container-list.ts";
import { type ForeignObject, foreignObjects } from "../config/app/foreign-objects.ts";
import { writesSecrets } from "../config/app/secret-values.ts";
import type { AppConfig } from "../config/app.ts";
import type { FoundationConfig } from "../config/foundation.ts";
import { appNames, FIELD_MANAGER } from "../model/names.ts";
import type { StagePlan } from "../model/plan.ts";
import { DECLARE, WATCH } from "./access.ts";
import type { Cluster } from "./cluster.ts";
import { applicationMetadata } from "./metadata.ts";

export interface TenancyArgs {
  readonly cluster: Cluster;
  readonly app: AppConfig;
  /** `app` as versions with an entry have it: each may need more than the others. */
  readonly versions: readonly AppConfig[];
  readonly namespace: string;
  /** The namespace was there before: it stays when the foundation is destroyed. */
  readonly keepsNamespace: boolean;
  readonly selector: StagePlan["selector"];
  /** What the router's own objects need. */
  readonly edgeRules: readonly PolicyRule[];
  /** Pod Security Standard that the namespace enforces. */
  readonly podSecurity: "restricted" | "baseline";
  /** What the Secret `app.pullSecret` is made of; undefined when somebody else makes it. */
  readonly registryCredentials?: FoundationConfig["registryCredentials"];
}

type PolicyRule = k8s.types.input.rbac.v1.PolicyRule;

/**
 * What the deployer may do in its namespace besides the router's objects, and nothing else anywhere: what a release
 * cycle asks for by the API server's audit log (test/e2e/release/least-privilege.test.ts). Pods and ReplicaSets tell why a
 * rollout stands still; the provider reads events while it deletes; the lock is a Lease. The page watches what it shows.
 */
const APPLICATION_RULES: readonly PolicyRule[] = [
  { apiGroups: ["apps"], resources: ["deployments"], verbs: DECLARE },
  { apiGroups: [""], resources: ["services"], verbs: DECLARE },
  { apiGroups: ["policy"], resources: ["poddisruptionbudgets"], verbs: DECLARE },
  // The command keeps the history of moves in a ConfigMap, which it writes by update.
  { apiGroups: [""], resources: ["configmaps"], verbs: [...DECLARE, "update"] },
  { apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: ["get", "create", "update", ...WATCH] },
  { apiGroups: ["apps"], resources: ["replicasets"], verbs: WATCH },
  { apiGroups: [""], resources: ["pods"], verbs: WATCH },
  { apiGroups: [""], resources: ["events"], verbs: WATCH },
  // Only its own namespace, since a Role reaches no further: the command asks whether it exists yet.
  { apiGroups: [""], resources: ["namespaces"], verbs: ["get"] },
];

/**
 * For an application with secrets of the project. Never list or watch: what it has to read is the Secret that it made.
 * Who may make pods in a namespace can mount every Secret of it anyway, so `get` gives it nothing new.
 */
const SECRET_RULES: readonly PolicyRule[] = [
  { apiGroups: [""], resources: ["secrets"], verbs: ["get", "create", "patch", "delete"] },
];

/** For an application with hooks: what runs their Jobs, which are no resources of a stack, and says why one failed. */
const HOOK_RULES: readonly PolicyRule[] = [
  { apiGroups: ["batch"], resources: ["jobs"], verbs: ["get", "list", "create", "patch", "delete"] },
  { apiGroups: [""], resources: ["pods/log"], verbs: ["get"] },
];

/** What a stage looks for before it changes anything: objects of others by their names, which its pods need. */
function foreignRules(apps: readonly AppConfig[]): PolicyRule[] {
  const needed = apps.flatMap(foreignObjects);
  const rule = (kind: ForeignObject["kind"], resource: string): PolicyRule[] => {
    const names = [...new Set(needed.filter((one) => one.kind === kind).map(({ name }) => name))].sort();
    return names.length === 0
      ? []
      : [{ apiGroups: [""], resources: [resource], resourceNames: names, verbs: ["get"] }];
  };
  const ofSecrets = apps.some(writesSecrets) ? [] : rule("Secret", "secrets");
  return [...ofSecrets, ...rule("PersistentVolumeClaim", "persistentvolumeclaims")];
}

/** The namespace and the restricted account that every stage is applied with. */
export class Tenancy extends pulumi.ComponentResource {
  readonly namespace: pulumi.Output<string>;
  /** Kubeconfig of the restricted account: secret. */
  readonly deployerKubeconfig: pulumi.Output<string>;

  constructor(name: string, args: TenancyArgs, options?: pulumi.ComponentResourceOptions) {
    super("canary-stages:index:Tenancy", name, {}, options);
    const { deployer } = appNames(args.app.name, args.namespace);
    const child = { parent: this, provider: args.cluster.administrator };
    const namespace = new k8s.core.v1.Namespace(name, namespaceDocument(args), {
      ...child,
      protect: true,
      retainOnDelete: args.keepsNamespace,
    });
    this.namespace = namespace.metadata.name;

    const metadata = applicationMetadata(deployer, this.namespace);
    const account = new k8s.core.v1.ServiceAccount(
      `${name}-deployer`,
      { metadata, automountServiceAccountToken: false },
      child,
    );
    const role = new k8s.rbac.v1.Role(`${name}-deployer`, { metadata, rules: rulesOf(args) }, child);
    const binding = new k8s.rbac.v1.RoleBinding(
      `${name}-deployer`,
      {
        metadata,
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: role.metadata.name },
        subjects: [{ kind: "ServiceAccount", name: account.metadata.name, namespace: this.namespace }],
      },
      child,
    );
    const pullSecret = pullSecretDocument(args, this.namespace);
    if (pullSecret) new k8s.core.v1.Secret(`${name}-pull-secret`, pullSecret, child);
    new k8s.networking.v1.NetworkPolicy(name, networkPolicyDocument(args, this.namespace), child);

    const token = new k8s.core.v1.Secret(
      `${name}-deployer-token`,
      tokenDocument(deployer, this.namespace, account.metadata.name),
      { ...child, dependsOn: binding },
    );
    this.deployerKubeconfig = pulumi.secret(
      pulumi
        .all([args.cluster.address, token.data])
        .apply(([address, data]) =>
          tokenKubeconfig(deployer, address, Buffer.from(data.token ?? "", "base64").toString()),
        ),
    );
    this.registerOutputs({ namespace: this.namespace, deployerKubeconfig: this.deployerKubeconfig });
  }
}

const rulesOf = ({ app, versions, edgeRules }: TenancyArgs): PolicyRule[] => [
  ...APPLICATION_RULES,
  ...([app, ...versions].some(writesSecrets) ? SECRET_RULES : []),
  ...([app, ...versions].some((each) => hooksOf(each).length > 0) ? HOOK_RULES : []),
  ...foreignRules([app, ...versions]),
  ...edgeRules,
];

/** API paths of the tenancy's objects. */
export function tenancyPaths({ app, namespace }: Pick<TenancyArgs, "app" | "namespace">): string[] {
  const { deployer } = appNames(app.name, namespace);
  const roles = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}`;
  return [
    namespacePath(namespace),
    `${namespacePath(namespace)}/serviceaccounts/${deployer}`,
    `${namespacePath(namespace)}/secrets/${deployer}-token`,
    `${roles}/roles/${deployer}`,
    `${roles}/rolebindings/${deployer}`,
    `/apis/networking.k8s.io/v1/namespaces/${namespace}/networkpolicies/${app.name}`,
  ];
}

/** Label of a namespace that the foundation made, and may delete. */
const MADE_HERE = { "canary-stages/made-here": "true" } as const;

/** Whether the foundation made this namespace: one that somebody else made is never deleted. */
export function isMadeHere({ metadata }: NamespaceLike): boolean {
  return Object.keys(MADE_HERE).every((label) => metadata.labels?.[label] !== undefined);
}

interface NamespaceLike {
  readonly metadata: { readonly labels?: Readonly<Record<string, string>> };
}

/** The application's own pods keep the restricted standard; what does not is told about, even where it may run. */
function namespaceDocument({
  namespace,
  keepsNamespace,
  podSecurity,
}: TenancyArgs): k8s.core.v1.NamespaceArgs {
  return {
    metadata: {
      name: namespace,
      labels: {
        "app.kubernetes.io/managed-by": "pulumi",
        ...(!keepsNamespace && MADE_HERE),
        "pod-security.kubernetes.io/enforce": podSecurity,
        "pod-security.kubernetes.io/warn": "restricted",
      },
      annotations: { "pulumi.com/patchFieldManager": FIELD_MANAGER, "pulumi.com/patchForce": "true" },
    },
  };
}

/** A token that stays valid until it is deleted: filled in by the cluster, kept as a secret in the state. */
function tokenDocument(
  deployer: string,
  namespace: pulumi.Input<string>,
  account: pulumi.Input<string>,
): k8s.core.v1.SecretArgs {
  return {
    metadata: applicationMetadata(`${deployer}-token`, namespace, {
      annotations: { "kubernetes.io/service-account.name": account },
    }),
    type: "kubernetes.io/service-account-token",
  };
}

/** Credentials for the image's registry, in the form that kubelets read. */
function pullSecretDocument(
  { app, registryCredentials }: TenancyArgs,
  namespace: pulumi.Input<string>,
): k8s.core.v1.SecretArgs | undefined {
  if (app.pullSecret === undefined || registryCredentials === undefined) return undefined;
  const { server, username, password } = registryCredentials;
  const auth = Buffer.from(`${username}:${password}`).toString("base64");
  const content = JSON.stringify({ auths: { [server]: { username, password, auth } } });
  return {
    metadata: applicationMetadata(app.pullSecret, namespace),
    type: "kubernetes.io/dockerconfigjson",
    stringData: { ".dockerconfigjson": pulumi.secret(content) },
  };
}

/** Pods of the application take connections on their own ports alone. */
function networkPolicyDocument(
  { app, versions, selector }: TenancyArgs,
  namespace: pulumi.Input<string>,
): k8s.networking.v1.NetworkPolicyArgs {
  const all = [app, ...versions].flatMap((version) =>
    [version, ...version.sidecars].flatMap(({ ports }) =>
      ports.map(({ port, protocol }) => ({ protocol, port })),
    ),
  );
  const others = [...new Map(all.map((one) => [`${one.protocol} ${one.port}`, one])).values()];
  return {
    metadata: applicationMetadata(app.name, namespace),
    spec: {
      podSelector: { matchLabels: { ...selector } },
      policyTypes: ["Ingress"],
      ingress: [{ ports: [{ protocol: "TCP", port: app.port }, ...others] }],
    },
  };
}
