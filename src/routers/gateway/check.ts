import { ApiError, type KubernetesApi } from "../../cluster/api.ts";
import { namespacePath } from "../../cluster/objects.ts";
import { UserError } from "../../errors.ts";
import type { StagePlan } from "../../model/plan.ts";
import { requireAutoscalers } from "./autoscalers.ts";
import { isOwn } from "./edge-schema.ts";
import { requireNoForeignRules } from "./foreign-rules.ts";
import { ASK_FOUNDATION } from "./foundation-rights.ts";
import { requireClassIsSaid } from "./gke/class-is-said.ts";
import { type Gateway, listenersFor, problemOfGateway, problemOfListener } from "./listeners.ts";
import { readRoute } from "./live-route.ts";
import { gatewayOf, gatewayPath, LISTENERS } from "./objects.ts";
import { routeSpec } from "./route.ts";
import type { GatewayConfig } from "./schema.ts";

/**
 * Looks for what would keep the route from being accepted, or what it would overwrite, before anything is declared.
 * @throws UserError for a Gateway that is not there, is not accepted, or has no listener that lets the route in; for rules in
 * the route that somebody else wrote
 */
export async function checkStage(api: KubernetesApi, config: GatewayConfig, plan: StagePlan): Promise<void> {
  const reference = gatewayOf(config);
  const [gateway, namespace, route] = await Promise.all([
    readGateway(api, config),
    api.get<{ metadata: { labels?: Readonly<Record<string, string>> } }>(namespacePath(config.namespace)),
    readRoute({ api, config }),
    requireAutoscalers(api, config.namespace, plan),
  ]);
  requireClassIsSaid(config.edge, gateway.spec.gatewayClassName);
  const problem = problemOfGateway(gateway);
  const where = `Gateway ${reference.namespace}/${reference.name}`;
  if (problem !== undefined) throw unfit(where, problem);
  const { host, previewHost, tls } = config.edge;
  const visitor = {
    namespace: config.namespace,
    labels: namespace?.metadata.labels ?? {},
    gateway: reference.namespace,
  };
  requireListener(gateway, where, reference.section, { ...visitor, host });
  if (previewHost !== undefined)
    requireListener(gateway, where, reference.section, { ...visitor, host: previewHost });
  if (tls?.redirect) requireListener(gateway, where, LISTENERS.http, { ...visitor, host });
  requireNoForeignRules(route, routeSpec(config, plan));
}

/** @throws UserError when it is not there, or when the deployer may not read it */
async function readGateway(api: KubernetesApi, config: GatewayConfig): Promise<Gateway> {
  const reference = gatewayOf(config);
  const name = `Gateway ${reference.namespace}/${reference.name}`;
  try {
    const found = await api.get<Gateway>(gatewayPath(reference));
    if (found) return found;
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 403) throw error;
    throw new UserError(`${name} may not be read by the deployer: ${error.message}`, ASK_FOUNDATION);
  }
  throw new UserError(
    `${name} does not exist`,
    isOwn(config.edge.gateway)
      ? "The foundation makes it: apply it again, with canary foundation, or pulumi up of its stack."
      : "Name one that is there in edge.gateway of Pulumi.yaml, or let the foundation make one: edge.gateway: { class: NAME }.",
  );
}

type Visitor = Parameters<typeof problemOfListener>[2];

/** @throws UserError when no listener lets the route in, with what is wrong with each */
function requireListener(gateway: Gateway, where: string, section: string | undefined, visitor: Visitor) {
  const listeners = listenersFor(gateway, section);
  if (listeners.length === 0) {
    const names = gateway.spec.listeners.map(({ name }) => name).join(", ");
    throw unfit(where, `it has no listener ${section}; it has ${names}`);
  }
  const problems = listeners.map((listener) => problemOfListener(gateway, listener, visitor));
  if (problems.some((problem) => problem === undefined)) return;
  throw unfit(where, problems.map((problem, at) => `listener ${listeners[at]?.name}: ${problem}`).join("; "));
}

const unfit = (where: string, problem: string): UserError =>
  new UserError(
    `${where} does not take the route: ${problem}`,
    "Change the Gateway, or name another one (or another listener, edge.gateway.section) in Pulumi.yaml.",
  );
