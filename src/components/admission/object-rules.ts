import { everyHooksLabels, HOOKS } from "../../model/hooks.ts";
import { type AppNames, appNames } from "../../model/names.ts";
import {
  ANNOTATIONS_RULE,
  all,
  cel,
  entriesOf,
  exactly,
  ifSet,
  type Rule,
  unlessItStays,
  versionNames,
} from "./cel.ts";
import type { EdgeAdmission } from "./edge-admission.ts";

/** Whose objects they are. */
export interface ObjectRuleArgs {
  readonly app: string;
  readonly namespace: string;
  /** The port that is served. */
  readonly port: number;
  /** Labels that all pods of the application carry. */
  readonly selector: Readonly<Record<string, string>>;
  readonly edge: EdgeAdmission;
  /** Labels of the edge's own pods in the namespace, which no pod of the application may carry; undefined where they are elsewhere. */
  readonly edgePods: Readonly<Record<string, string>> | undefined;
}

/** What the names of objects of versions begin with: a version's files and secrets belong to a Deployment or to a hook. */
export const ownersOf = ({ app, edge }: Pick<ObjectRuleArgs, "app" | "edge">): string[] => [
  ...edge.deployments,
  ...HOOKS.map((hook) => `${app}-${hook}`),
];

/** Names that objects may have, by their kind's name in paths: a regular expression each. A kind without names is none of the application's. */
export function allowedNames(args: ObjectRuleArgs): Readonly<Record<string, string>> {
  const { app, namespace, edge } = args;
  const names: AppNames = appNames(app, namespace);
  const oneOf = (values: readonly string[]): string => values.map(exactly).join("|");
  const ofVersions = versionNames(ownersOf(args));
  return {
    deployments: oneOf(edge.deployments),
    poddisruptionbudgets: oneOf(edge.deployments),
    services: oneOf(edge.services.names),
    configmaps: `${oneOf([names.record, names.history])}|${ofVersions}`,
    secrets: ofVersions,
    leases: oneOf([names.lock]),
    jobs: versionNames(HOOKS.map((hook) => `${app}-${hook}`)),
    ...Object.fromEntries(edge.objects.map(({ resource, names: own }) => [resource, oneOf(own)])),
  };
}

/** What `nameRules` has a name for. */
export const namesVariable = (args: ObjectRuleArgs) => ({
  name: "names",
  expression: cel(allowedNames(args)),
});

/** Whatever the deployer makes, changes or deletes has a name of the application's. */
export function nameRules(args: ObjectRuleArgs): Rule[] {
  const names = "variables.names";
  return [
    {
      expression: `request.resource.resource in ${names} && request.name.matches(${names}[request.resource.resource])`,
      says: `is no object of the application ${args.app}:`,
      names: '[request.resource.resource + "/" + request.name]',
      isFixed: true,
    },
  ];
}

/** Labels of pod templates: what policies of the network go by. */
export function labelRules({ app, selector, edgePods }: ObjectRuleArgs): Rule[] {
  const labels = "object.spec.template.metadata.labels";
  const carries = (wanted: Readonly<Record<string, string>>) => all(...entriesOf(labels, wanted));
  const hook = carries(everyHooksLabels(app));
  return [
    {
      expression: `has(${labels}) && (request.resource.resource == "jobs" ? ${hook} : ${carries(selector)})`,
      says: `makes pods that do not carry the labels of the application ${app}`,
    },
    ...(edgePods
      ? [
          {
            expression: `!has(${labels}) || !(${carries(edgePods)})`,
            says: "makes pods with the labels of the edge's own",
            isFixed: true as const,
          },
        ]
      : []),
  ];
}

/** A Service leads to the application's port, at no address and under no name of somebody else (CVE-2020-8554). */
export function serviceRules({ port, selector, edge: { services } }: ObjectRuleArgs): Rule[] {
  const spec = "object.spec";
  const { ranges } = services;
  const rules: Rule[] = [
    {
      expression: `${spec}.type in ${cel(services.types)}`,
      says: `is of a type that this router does not make (${services.types.join(", ")}):`,
      names: `[${spec}.type]`,
    },
    {
      expression: all(
        ifSet(`${spec}.externalIPs`, `size(${spec}.externalIPs) == 0`),
        ifSet(`${spec}.externalName`, `${spec}.externalName == ""`),
      ),
      says: "has external addresses or an external name",
      isFixed: true,
    },
    {
      expression: all(`has(${spec}.selector)`, ...entriesOf(`${spec}.selector`, selector)),
      says: "leads to other pods than the application's",
      isFixed: true,
    },
    {
      expression: `${spec}.ports.all(p, p.targetPort == ${port})`,
      says: `leads to another port than app.port, ${port}`,
    },
    ...(ranges
      ? [
          {
            expression: `${spec}.type != "LoadBalancer" || ${all(
              `has(${spec}.loadBalancerSourceRanges)`,
              `${spec}.loadBalancerSourceRanges.all(r, r in ${cel(ranges)})`,
            )}`,
            says: `lets others in than edge.allowedRanges, ${ranges.join(", ")}`,
          },
        ]
      : []),
  ];
  return [...rules.map(unlessItStays), ANNOTATIONS_RULE];
}

/** A Secret is plain data: one of another type makes the cluster put a ServiceAccount's token in. */
export const SECRET_RULES: readonly Rule[] = [
  {
    expression: 'object.type == "Opaque"',
    says: "is of another type than Opaque:",
    names: "[object.type]",
    isFixed: true,
  },
];
