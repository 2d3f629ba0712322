import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { AppConfig } from "../../config/app.ts";
import { appNames, FIELD_MANAGER } from "../../model/names.ts";
import {
  ANNOTATIONS_RULE,
  annotationsVariable,
  cel,
  type Rule,
  staysVariable,
  unlessItStays,
} from "./cel.ts";
import {
  labelRules,
  nameRules,
  namesVariable,
  type ObjectRuleArgs,
  ownersOf,
  SECRET_RULES,
  serviceRules,
} from "./object-rules.ts";
import { POD_VARIABLES, podRules } from "./pod-rules.ts";
import { podReferences } from "./references.ts";

export interface DeployerPoliciesArgs extends Omit<ObjectRuleArgs, "app" | "port"> {
  readonly app: AppConfig;
  /** `app` as versions with an entry have it: each may name more than the others. */
  readonly versions: readonly AppConfig[];
}

type Policy = k8s.types.input.admissionregistration.v1.ValidatingAdmissionPolicySpec;
type Operation = "CREATE" | "UPDATE" | "DELETE";

/** What a policy looks at, and what it asks of it. */
interface PolicyPart {
  /** Names the policy, behind the deployer's name. */
  readonly suffix: string;
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly operations: readonly Operation[];
  readonly variables?: readonly { readonly name: string; readonly expression: string }[];
  readonly rules: readonly Rule[];
}

const WRITES: readonly Operation[] = ["CREATE", "UPDATE"];

/**
 * What the deployer's Role cannot say: with which names and contents it may write what it may write. The API server holds
 * each object of the deployer, and of nobody else, against policies that are made from the configuration
 * (docs/adr/0110-the-deployers-policy.md).
 */
export class DeployerPolicies extends pulumi.ComponentResource {
  constructor(name: string, args: DeployerPoliciesArgs, options: pulumi.ComponentResourceOptions) {
    super("canary-stages:index:DeployerPolicies", name, {}, options);
    for (const part of policyParts(args)) {
      const metadata = metadataOf(args, part.suffix);
      const policy = new k8s.admissionregistration.v1.ValidatingAdmissionPolicy(
        `${name}-${part.suffix}`,
        { metadata, spec: policySpec(part, args) },
        { parent: this },
      );
      new k8s.admissionregistration.v1.ValidatingAdmissionPolicyBinding(
        `${name}-${part.suffix}-binding`,
        { metadata, spec: { policyName: metadata.name, validationActions: ["Deny"] } },
        { parent: this, dependsOn: policy },
      );
    }
    this.registerOutputs({});
  }
}

/** API paths of the policies and their bindings. */
export const policyPaths = (args: DeployerPoliciesArgs): string[] =>
  policyParts(args).flatMap(({ suffix }) =>
    ["validatingadmissionpolicies", "validatingadmissionpolicybindings"].map(
      (resource) => `/apis/admissionregistration.k8s.io/v1/${resource}/${policyName(args, suffix)}`,
    ),
  );

/** Policies belong to no namespace, so their names say whose they are. */
const policyName = ({ app, namespace }: DeployerPoliciesArgs, suffix: string): string =>
  `${appNames(app.name, namespace).deployer}-${suffix}`;

const metadataOf = (args: DeployerPoliciesArgs, suffix: string) => ({
  name: policyName(args, suffix),
  labels: { "app.kubernetes.io/managed-by": "pulumi" },
  annotations: { "pulumi.com/patchFieldManager": FIELD_MANAGER, "pulumi.com/patchForce": "true" },
});

/** The policies of an application, in the order in which a reader asks: which objects, then what may stand in them. */
export function policyParts(args: DeployerPoliciesArgs): PolicyPart[] {
  const { app, versions, edge } = args;
  const objects: ObjectRuleArgs = { ...args, app: app.name, port: app.port };
  const own = { apiGroups: [""], operations: WRITES };
  return [
    {
      suffix: "names",
      apiGroups: ["*"],
      resources: ["*"],
      operations: [...WRITES, "DELETE"],
      variables: [namesVariable(objects)],
      rules: nameRules(objects),
    },
    {
      suffix: "pods",
      apiGroups: ["apps", "batch"],
      resources: ["deployments", "jobs"],
      operations: WRITES,
      variables: POD_VARIABLES,
      rules: [
        ...labelRules(objects),
        ...podRules({
          references: podReferences([app, ...versions]),
          owners: ownersOf(objects),
          restricted: app.podSecurity === undefined,
        }),
      ],
    },
    {
      ...own,
      suffix: "services",
      resources: ["services"],
      variables: [staysVariable("spec"), annotationsVariable(edge.services.annotations)],
      rules: serviceRules(objects),
    },
    { ...own, suffix: "secrets", resources: ["secrets"], rules: SECRET_RULES },
    ...edge.objects.map(({ apiGroup, resource, rules, annotations = {} }) => ({
      suffix: resource,
      apiGroups: [apiGroup],
      resources: [resource],
      operations: WRITES,
      variables: [staysVariable("spec"), annotationsVariable(annotations)],
      rules: [...rules.map(unlessItStays), ANNOTATIONS_RULE],
    })),
  ];
}

/** Every value that the API server would put in is written out where a list is one value to server-side apply. */
function policySpec(part: PolicyPart, args: DeployerPoliciesArgs): Policy {
  const { namespace } = args;
  const { deployer } = appNames(args.app.name, namespace);
  const user = `system:serviceaccount:${namespace}:${deployer}`;
  return {
    failurePolicy: "Fail",
    matchConstraints: {
      matchPolicy: "Equivalent",
      namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
      resourceRules: [
        {
          apiGroups: [...part.apiGroups],
          apiVersions: ["*"],
          operations: [...part.operations],
          resources: [...part.resources],
          scope: "Namespaced",
        },
      ],
    },
    matchConditions: [{ name: "deployer", expression: `request.userInfo.username == ${cel(user)}` }],
    ...(part.variables && { variables: part.variables.map((one) => ({ ...one })) }),
    validations: part.rules.map(validation),
  };
}

/** Ends a refusal of what a configuration may allow: it reaches the operator as it stands here. */
const HINT =
  ". If Pulumi.yaml allows it by now, an administrator has to apply the foundation: canary foundation";

function validation({ expression, says, names, isFixed }: Rule) {
  const hint = isFixed ? "" : HINT;
  return {
    expression,
    message: `it ${says.replace(/:$/, "")}${hint}`,
    ...(names !== undefined && {
      messageExpression: `${cel(`it ${says} `)} + ${names}.map(n, string(n)).join(", ")${hint && ` + ${cel(hint)}`}`,
    }),
    reason: "Forbidden",
  };
}
