import { all, cel, ifSet, type Rule } from "../../components/admission/cel.ts";
import type { EdgeAdmission, EdgeObject } from "../../components/admission/edge-admission.ts";
import { previewName } from "../service-names.ts";
import { isGoogles } from "./gke/classes.ts";
import { POLICY_GROUP, POLICY_RESOURCES } from "./gke/policies.ts";
import { GATEWAY_GROUP, gatewayOf, redirectName } from "./objects.ts";
import { deploymentNames } from "./plan.ts";
import type { GatewayFoundation } from "./schema.ts";

/** What the deployer may write of the route and what is behind it. */
export function gatewayAdmission(config: GatewayFoundation): EdgeAdmission {
  const { app, edge } = config;
  const deployments = Object.values(deploymentNames(app.name));
  const services = [...deployments, previewName(app.name)];
  return {
    deployments,
    services: { names: services, types: ["ClusterIP"], annotations: {} },
    objects: [
      {
        apiGroup: GATEWAY_GROUP,
        resource: "httproutes",
        names: [app.name, previewName(app.name), redirectName(app.name)],
        rules: routeRules(config, services),
      },
      {
        apiGroup: "autoscaling",
        resource: "horizontalpodautoscalers",
        names: deployments,
        rules: [scalesTrack(deployments)],
      },
      ...(isGoogles(edge) ? POLICY_RESOURCES.map((resource) => googlesPolicy(resource, services)) : []),
    ],
  };
}

/** An autoscaler could give pods to any Deployment, and take all but one from it. */
const scalesTrack = (deployments: readonly string[]): Rule => ({
  expression: all(
    'object.spec.scaleTargetRef.kind == "Deployment"',
    `object.spec.scaleTargetRef.name in ${cel(deployments)}`,
  ),
  says: `scales something else than ${deployments.join(" and ")}`,
  isFixed: true,
});

const googlesPolicy = (resource: string, services: readonly string[]): EdgeObject => ({
  apiGroup: POLICY_GROUP,
  resource,
  names: services,
  rules: [
    {
      expression: all(
        'object.spec.targetRef.kind == "Service"',
        ifSet(
          "object.spec.targetRef.namespace",
          "object.spec.targetRef.namespace == object.metadata.namespace",
        ),
        `object.spec.targetRef.name in ${cel(services)}`,
      ),
      says: "is for something else than the application's Services",
      isFixed: true,
    },
  ],
});

/** Filters that the program's routes have: none sends requests, or a copy of them, to other Services. */
const FILTERS = ["RequestRedirect", "ResponseHeaderModifier", "RequestMirror"];

function routeRules(config: GatewayFoundation, services: readonly string[]): Rule[] {
  const { namespace, edge } = config;
  const gateway = gatewayOf(config);
  const hosts = [edge.host, edge.previewHost].filter((host) => host !== undefined);
  const own = (reference: string) =>
    ifSet(`${reference}.namespace`, `${reference}.namespace == ${cel(namespace)}`);
  const kind = (reference: string, group: string, name: string) =>
    all(
      ifSet(`${reference}.group`, `${reference}.group == ${cel(group)}`),
      ifSet(`${reference}.kind`, `${reference}.kind == ${cel(name)}`),
    );
  const service = (reference: string) =>
    all(kind(reference, "", "Service"), own(reference), `${reference}.name in ${cel(services)}`);
  const backend = all(service("b"), "!has(b.filters) || size(b.filters) == 0");
  const filter = all(
    `f.type in ${cel(FILTERS)}`,
    "!has(f.requestRedirect) || !has(f.requestRedirect.hostname)",
    ifSet("f.requestMirror", service("f.requestMirror.backendRef")),
  );
  return [
    {
      expression: `has(object.spec.parentRefs) && object.spec.parentRefs.all(p, ${all(
        kind("p", GATEWAY_GROUP, "Gateway"),
        `p.name == ${cel(gateway.name)}`,
        `(has(p.namespace) ? p.namespace : ${cel(namespace)}) == ${cel(gateway.namespace)}`,
      )})`,
      says: `hangs on another Gateway than edge.gateway, ${gateway.namespace}/${gateway.name}`,
    },
    {
      expression:
        edge.host === undefined
          ? ifSet("object.spec.hostnames", `object.spec.hostnames.all(h, h in ${cel(hosts)})`)
          : `has(object.spec.hostnames) && object.spec.hostnames.all(h, h in ${cel(hosts)})`,
      says: "serves hosts that edge does not name",
    },
    {
      expression: `object.spec.rules.all(r, !has(r.backendRefs) || r.backendRefs.all(b, ${backend}))`,
      says: `leads elsewhere than to ${services.join(", ")}`,
      isFixed: true,
    },
    {
      expression: `object.spec.rules.all(r, !has(r.filters) || r.filters.all(f, ${filter}))`,
      says: `has other filters than ${FILTERS.join(", ")}, redirects to another host, or sends a copy elsewhere`,
      isFixed: true,
    },
  ];
}
