import { keysOf } from "../../model/kubernetes/types.ts";
import { all, cel, eachOf, ifSet, type Rule, staysVariable, unlessItStays, versionNames } from "./cel.ts";
import type { PodReferences } from "./references.ts";

/** What pod templates of an application are held against. */
export interface PodRuleArgs {
  readonly references: PodReferences;
  /** Names that the objects of versions begin with: those of the Deployments and of the hooks. */
  readonly owners: readonly string[];
  /** Whether every pod keeps the restricted Pod Security Standard. */
  readonly restricted: boolean;
}

/** What the rules of pod templates have names for. */
export const POD_VARIABLES = [
  { name: "pod", expression: "object.spec.template.spec" },
  staysVariable("spec.template.spec"),
  {
    name: "containers",
    expression:
      "variables.pod.containers + (has(variables.pod.initContainers) ? variables.pod.initContainers : [])",
  },
  { name: "volumes", expression: "has(variables.pod.volumes) ? variables.pod.volumes : []" },
];

/** Kinds of volumes that hold nothing of anybody else. */
const HARMLESS_VOLUMES = ["emptyDir", "downwardAPI", "configMap", "secret", "projected"];
const HARMLESS_PROJECTIONS = ["configMap", "secret", "downwardAPI"];

/** What templates of Deployments and Jobs have to keep: what the configuration names, and nothing else. */
export function podRules({ references, owners, restricted }: PodRuleArgs): Rule[] {
  const own = cel(versionNames(owners));
  const named = (name: string, names: readonly string[]) =>
    `${name} in ${cel(names)} || ${name}.matches(${own})`;
  const secret = (name: string) => named(name, references.secrets);
  const configMap = (name: string) => named(name, references.configMaps);
  const rules = [
    ...identityRules(references),
    eachOf("variables.containers", "c", environmentRule(references, secret, configMap), VARIABLES),
    eachOf("variables.volumes", "v", volumeRule(references, secret, configMap), VOLUMES),
    ...(restricted ? [eachOf("variables.containers", "c", restrictedRule(), NOT_RESTRICTED)] : []),
  ];
  return rules.map(unlessItStays);
}

const VARIABLES = "takes variables from Secrets or ConfigMaps that app does not name, in the containers";
const VOLUMES = "mounts what app does not name, as the volumes";
const NOT_RESTRICTED =
  "does not keep the restricted Pod Security Standard, which app.podSecurity does not set aside, in the containers";

function identityRules({
  serviceAccounts,
  mountsToken,
  priorityClasses,
  pullSecrets,
}: PodReferences): Rule[] {
  const accounts = `variables.pod.serviceAccountName in ${cel(["", ...serviceAccounts])}`;
  return [
    {
      expression: ifSet("variables.pod.serviceAccountName", accounts),
      says: "runs as a ServiceAccount that app.serviceAccount does not name:",
      names: "[variables.pod.serviceAccountName]",
    },
    ...(mountsToken
      ? []
      : [
          {
            expression:
              "has(variables.pod.automountServiceAccountToken) && !variables.pod.automountServiceAccountToken",
            says: "mounts a token for the API server, which app.serviceAccount does not ask for",
          },
        ]),
    {
      expression: ifSet(
        "variables.pod.priorityClassName",
        `variables.pod.priorityClassName in ${cel(["", ...priorityClasses])}`,
      ),
      says: "has a priority that app.priorityClass does not name:",
      names: "[variables.pod.priorityClassName]",
    },
    {
      expression: ifSet(
        "variables.pod.imagePullSecrets",
        `variables.pod.imagePullSecrets.all(s, s.name in ${cel(pullSecrets)})`,
      ),
      says: "pulls images with Secrets that app.pullSecret does not name",
    },
  ];
}

type NameRule = (name: string) => string;

/** What a container `c` takes its environment from. */
function environmentRule({ secretKeys }: PodReferences, secret: NameRule, configMap: NameRule): string {
  const key = `(ref.name + "/" + ref.key) in ${cel(secretKeys)}`;
  const inEnv = (ref: string) => key.replaceAll("ref.", `${ref}.`);
  const [ofSecret, ofMap] = ["e.valueFrom.secretKeyRef", "e.valueFrom.configMapKeyRef"];
  return all(
    ifSet(
      "c.env",
      `c.env.all(e, !has(e.valueFrom) || ${all(
        ifSet(ofSecret, `${inEnv(ofSecret)} || ${secret(`${ofSecret}.name`)}`),
        ifSet(ofMap, configMap(`${ofMap}.name`)),
      )})`,
    ),
    ifSet(
      "c.envFrom",
      `c.envFrom.all(f, ${all(
        ifSet("f.secretRef", secret("f.secretRef.name")),
        ifSet("f.configMapRef", configMap("f.configMapRef.name")),
      )})`,
    ),
  );
}

/** What a volume `v` is made of. */
function volumeRule(references: PodReferences, secret: NameRule, configMap: NameRule): string {
  const without = (holder: string, type: string, kinds: readonly string[]) =>
    keysOf(type)
      .filter((kind) => kind !== "name" && !kinds.includes(kind))
      .map((kind) => `!has(${holder}.${kind})`);
  const csi = references.csi.map(({ driver, attributes }) =>
    all(
      `v.csi.driver == ${cel(driver)}`,
      `(has(v.csi.volumeAttributes) ? v.csi.volumeAttributes : {}) == ${cel(attributes)}`,
    ),
  );
  return all(
    ...without("v", "Volume", [...HARMLESS_VOLUMES, ...references.volumes]),
    ifSet("v.secret", `has(v.secret.secretName) && (${secret("v.secret.secretName")})`),
    ifSet("v.configMap", configMap("v.configMap.name")),
    ifSet("v.persistentVolumeClaim", `v.persistentVolumeClaim.claimName in ${cel(references.claims)}`),
    ...(csi.length === 0 ? [] : [ifSet("v.csi", `(${csi.join(") || (")})`)]),
    ifSet("v.csi", ifSet("v.csi.nodePublishSecretRef", secret("v.csi.nodePublishSecretRef.name"))),
    ifSet(
      "v.projected",
      `!has(v.projected.sources) || v.projected.sources.all(s, ${all(
        ...without("s", "VolumeProjection", [...HARMLESS_PROJECTIONS, ...references.projections]),
        ifSet("s.secret", secret("s.secret.name")),
        ifSet("s.configMap", configMap("s.configMap.name")),
      )})`,
    ),
  );
}

/** The restricted standard for a container `c` (`podSecurityProblems`): the namespace may enforce no more than baseline. */
function restrictedRule(): string {
  const [own, pod] = ["c.securityContext", "variables.pod.securityContext"];
  const effective = (field: string) =>
    `has(${own}.${field}) ? ${own}.${field} : has(${pod}) && has(${pod}.${field}) ? ${pod}.${field}`;
  const notRoot = (context: string) => ifSet(`${context}.runAsUser`, `${context}.runAsUser != 0`);
  return all(
    `has(${own})`,
    `has(${own}.allowPrivilegeEscalation) && !${own}.allowPrivilegeEscalation`,
    `has(${own}.capabilities) && has(${own}.capabilities.drop) && "ALL" in ${own}.capabilities.drop`,
    ifSet(`${own}.capabilities.add`, `${own}.capabilities.add.all(a, a == "NET_BIND_SERVICE")`),
    `${effective("runAsNonRoot")} : false`,
    notRoot(own),
    `!has(${pod}) || (${notRoot(pod)})`,
    `has(${own}.seccompProfile) ? ${own}.seccompProfile.type in ["RuntimeDefault", "Localhost"] : has(${pod}) && has(${pod}.seccompProfile) && ${pod}.seccompProfile.type in ["RuntimeDefault", "Localhost"]`,
  );
}
