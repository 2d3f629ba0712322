import type { Attempt } from "./admission.ts";

interface Route {
  readonly spec: {
    parentRefs: { name: string; namespace?: string }[];
    hostnames?: string[];
    rules: { backendRefs?: { name: string; namespace?: string; weight: number }[]; filters?: object[] }[];
  };
}

const says = (text: string): RegExp => new RegExp(`denied request: it ${text}`);

/** What somebody with the deployer's token tries with the route of an application with the router `gateway`. */
export function gatewayAttempts(namespace: string, app: string): readonly Attempt[] {
  const route = (what: string, change: (spec: Route["spec"]) => void, refusal?: RegExp): Attempt => ({
    what,
    path: `/apis/gateway.networking.k8s.io/v1/namespaces/${namespace}/httproutes/${app}`,
    change: (object) => change((object as unknown as Route).spec),
    ...(refusal && { refusal }),
  });
  const [elsewhere, filters] = [
    says(`leads elsewhere than to ${app}-previous`),
    says("has other filters than"),
  ];
  const filtered = (filter: object) => (spec: Route["spec"]) => {
    for (const rule of spec.rules) rule.filters = [filter];
  };
  return [
    route("changes the shares", ({ rules }) => {
      for (const [index, backend] of (rules[0]?.backendRefs ?? []).entries()) backend.weight = 50 + index;
    }),
    route(
      "leads to another namespace",
      ({ rules }) => {
        for (const backend of rules[0]?.backendRefs ?? []) backend.namespace = "kube-system";
      },
      elsewhere,
    ),
    route(
      "leads to another Service",
      ({ rules }) => {
        for (const backend of rules[0]?.backendRefs ?? []) backend.name = "other";
      },
      elsewhere,
    ),
    route(
      "sends a copy of each request elsewhere",
      filtered({
        type: "RequestMirror",
        requestMirror: { backendRef: { group: "", kind: "Service", name: "other", port: 80 } },
      }),
      filters,
    ),
    route(
      "sends clients to another host",
      ({ rules }) => {
        for (const rule of rules) {
          delete rule.backendRefs;
          rule.filters = [
            {
              type: "RequestRedirect",
              requestRedirect: { hostname: "bank.example.com", statusCode: 302 },
            },
          ];
        }
      },
      filters,
    ),
    route(
      "hangs on another Gateway",
      ({ parentRefs }) => {
        for (const parent of parentRefs) parent.name = "other";
      },
      says(`hangs on another Gateway than edge.gateway, ${namespace}/${app}`),
    ),
    route(
      "serves a host of somebody else",
      (spec) => {
        spec.hostnames = ["bank.example.com"];
      },
      says("serves hosts that edge does not name.*canary foundation"),
    ),
  ];
}
