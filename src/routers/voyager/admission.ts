import { all, cel, exactly, ifSet, type Rule } from "../../components/admission/cel.ts";
import type { EdgeAdmission } from "../../components/admission/edge-admission.ts";
import { appNames } from "../../model/names.ts";
import { previewName } from "../service-names.ts";
import { VOYAGER_GROUP } from "./apis.ts";
import { edgeHosts } from "./edge-schema.ts";
import { BACKEND_RULES, FRONTEND_RULE, INGRESS_ANNOTATIONS, SERVICE_ANNOTATIONS } from "./forms.ts";
import { trackNames } from "./plan.ts";
import type { VoyagerFoundation } from "./schema.ts";

/** A label that Voyager gives to all that it makes for an Ingress (`OffshootLabels` in its published source). */
export const HAPROXY_PODS = { origin: "voyager" } as const;

/** What the deployer may write of the Voyager edge: an Ingress is HAProxy's configuration, and could say anything there. */
export function voyagerAdmission({ app, namespace, edge }: VoyagerFoundation): EdgeAdmission {
  const names = appNames(app.name, namespace);
  const services = [names.service, previewName(app.name)];
  return {
    deployments: Object.values(trackNames(app.name)),
    services: {
      names: services,
      types: ["ClusterIP"],
      annotations: Object.fromEntries(
        Object.entries(SERVICE_ANNOTATIONS).map(([key, value]) => [key, exactly(value)]),
      ),
    },
    objects: [
      {
        apiGroup: VOYAGER_GROUP,
        resource: "ingresses",
        names: [names.ingress],
        rules: ingressRules({ services, hosts: edgeHosts(edge), secret: edge.tls?.secret }),
        annotations: INGRESS_ANNOTATIONS,
      },
    ],
  };
}

interface IngressParts {
  readonly services: readonly string[];
  readonly hosts: readonly string[];
  /** Name of the Secret with the certificate. */
  readonly secret: string | undefined;
}

/** Fields of an Ingress and its parts that this program writes, or that say nothing about what HAProxy does. */
const SPEC = ["defaultBackend", "rules", "frontendRules", "tls", "loadBalancerSourceRanges", "resources"];
const HTTP = ["paths", "noTLS", "port"];
const BACKEND = ["name", "service", "backendRules"];

function ingressRules({ services, hosts, secret }: IngressParts): Rule[] {
  const spec = "object.spec";
  const backend = (path: string) =>
    all(
      onlyFields(path, BACKEND),
      `${path}.service.name in ${cel(services)}`,
      ifSet(`${path}.backendRules`, `${path}.backendRules.all(b, b in ${cel(BACKEND_RULES)})`),
    );
  const path = all(onlyFields("p", ["path", "pathType", "backend"]), backend("p.backend"));
  return [
    {
      expression: onlyFields(spec, SPEC),
      says: "has fields that this program does not write",
      isFixed: true,
    },
    {
      // NAME.NAMESPACE leads to another namespace, and is none of these names either.
      expression: all(
        ifSet(`${spec}.defaultBackend`, backend(`${spec}.defaultBackend`)),
        ifSet(
          `${spec}.rules`,
          `${spec}.rules.all(r, has(r.http) && ${all(
            onlyFields("r", ["host", "http"]),
            onlyFields("r.http", HTTP),
            `r.http.paths.all(p, ${path})`,
          )})`,
        ),
      ),
      says: `leads elsewhere than to ${services.join(" and ")}, or has rules for HAProxy that this program does not write`,
      isFixed: true,
    },
    {
      expression: ifSet(`${spec}.rules`, `${spec}.rules.all(r, has(r.host) && r.host in ${cel(hosts)})`),
      says: "serves hosts that edge does not name:",
      names: `${spec}.rules.filter(r, !has(r.host) || !(r.host in ${cel(hosts)})).map(r, has(r.host) ? r.host : "*")`,
    },
    {
      expression: ifSet(
        `${spec}.frontendRules`,
        `${spec}.frontendRules.all(f, !has(f.rules) || f.rules.all(l, l.matches(${cel(FRONTEND_RULE)})))`,
      ),
      says: "has lines for HAProxy's configuration that this program does not write",
      isFixed: true,
    },
    {
      expression: ifSet(
        `${spec}.tls`,
        `${spec}.tls.all(t, ${all(onlyFields("t", ["hosts", "secretName"]), `t.secretName == ${cel(secret ?? "")}`)})`,
      ),
      says: "serves the certificate of a Secret that edge.tls does not name",
    },
  ];
}

/** A custom resource has the fields that its definition gives it: those that are not known here are not let through. */
const onlyFields = (path: string, fields: readonly string[]): string =>
  `dyn(${path}).all(k, k in ${cel(fields)})`;
