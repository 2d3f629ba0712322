import { type Condition, conditionText, currentConditions, GATEWAY_GROUP } from "./objects.ts";

type Labels = Readonly<Record<string, string>>;

/** The parts of a Gateway that decide who may hang on it: Gateway API reference. */
export interface Gateway {
  readonly metadata: { readonly generation?: number };
  readonly spec: { readonly gatewayClassName: string; readonly listeners: readonly Listener[] };
  readonly status?: {
    readonly conditions?: readonly Condition[];
    readonly listeners?: readonly { readonly name: string; readonly conditions?: readonly Condition[] }[];
  };
}

export interface Listener {
  readonly name: string;
  readonly port: number;
  readonly protocol: string;
  readonly hostname?: string;
  readonly allowedRoutes?: {
    readonly namespaces?: { readonly from?: string; readonly selector?: LabelSelector };
    readonly kinds?: readonly { readonly group?: string; readonly kind: string }[];
  };
}

interface LabelSelector {
  readonly matchLabels?: Labels;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values?: readonly string[];
  }[];
}

/** The route that wants to hang on a listener. */
export interface Visitor {
  readonly namespace: string;
  /** Labels of that namespace. */
  readonly labels: Labels;
  /** Undefined for every host name of the listener. */
  readonly host: string | undefined;
  /** Namespace of the Gateway. */
  readonly gateway: string;
}

/** Why the Gateway as a whole serves nobody, in its controller's words; undefined where nothing says so. */
export function problemOfGateway({ metadata, status }: Gateway): string | undefined {
  const wrong = currentConditions(status?.conditions, metadata.generation).find(
    ({ type, status: is }) => type === "Accepted" && is === "False",
  );
  return wrong && conditionText(wrong);
}

/** The listeners that a route can hang on: those with the name, or all. */
export const listenersFor = ({ spec }: Gateway, section: string | undefined): Listener[] =>
  spec.listeners.filter(({ name }) => section === undefined || name === section);

/** Why a listener does not let a route in; undefined where nothing stands in its way. */
export function problemOfListener(
  { metadata, status }: Gateway,
  listener: Listener,
  visitor: Visitor,
): string | undefined {
  return (
    problemOfRules(listener, visitor) ??
    conditionsProblem(
      currentConditions(
        status?.listeners?.find(({ name }) => name === listener.name)?.conditions,
        metadata.generation,
      ),
    )
  );
}

/** Conflicted is the one that is bad when it is true. Words of an older generation are of another listener. */
function conditionsProblem(conditions: readonly Condition[]): string | undefined {
  const bad = conditions.find(({ type, status }) =>
    type === "Conflicted" ? status === "True" : NEEDED.includes(type) && status === "False",
  );
  return bad && conditionText(bad);
}

const NEEDED = ["Accepted", "ResolvedRefs"];

function problemOfRules(
  listener: Listener,
  { namespace, labels, host, gateway }: Visitor,
): string | undefined {
  const { protocol, hostname, allowedRoutes = {} } = listener;
  if (protocol !== "HTTP" && protocol !== "HTTPS") return `its protocol is ${protocol}`;
  const { kinds = [], namespaces = {} } = allowedRoutes;
  const takesRoutes = kinds.some(
    ({ group = GATEWAY_GROUP, kind }) => group === GATEWAY_GROUP && kind === "HTTPRoute",
  );
  if (kinds.length > 0 && !takesRoutes) {
    return `it allows routes of kind ${kinds.map(({ kind }) => kind).join(", ")} alone`;
  }
  const { from = "Same", selector = {} } = namespaces;
  if (from === "Same" && namespace !== gateway) {
    return `it allows routes of its own namespace alone, and not of ${namespace} (allowedRoutes.namespaces.from is Same)`;
  }
  if (from === "Selector" && !selects(selector, labels)) {
    return `it allows routes of namespaces that ${JSON.stringify(selector)} selects, and ${namespace} has other labels`;
  }
  if (from === "None") return "it allows no routes";
  if (host !== undefined && hostname !== undefined && !covers(hostname, host)) {
    return `it serves ${hostname}, and not ${host}`;
  }
  return undefined;
}

/** Kubernetes documentation, "Labels and Selectors". */
function selects({ matchLabels = {}, matchExpressions = [] }: LabelSelector, labels: Labels): boolean {
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values = [] }) => {
      const value = labels[key];
      if (operator === "Exists") return value !== undefined;
      if (operator === "DoesNotExist") return value === undefined;
      const isIn = value !== undefined && values.includes(value);
      return operator === "In" ? isIn : !isIn;
    })
  );
}

/** `*.example.com` covers every name below it, and not itself (Gateway API, Hostname). */
const covers = (hostname: string, host: string): boolean =>
  hostname.startsWith("*.") ? host.endsWith(hostname.slice(1)) : hostname === host;
