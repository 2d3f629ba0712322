import type { StagePlan } from "../../../src/model/plan.ts";
import { routePath } from "../../../src/routers/gateway/objects.ts";
import { routeSpec } from "../../../src/routers/gateway/route.ts";
import { type GatewayConfig, gatewaySchema } from "../../../src/routers/gateway/schema.ts";
import type { Patience } from "../../../src/routers/gateway/waited.ts";
import { routers } from "../../../src/routers/index.ts";
import { FakeApi, fakeProject, NAMESPACE, RELEASE, type Routing } from "../fakes.ts";

/** How the fake project splits its traffic with a route. */
export const BY_ROUTE: Routing = {
  router: "gateway",
  replicas: { previous: 1, canary: 1 },
  routers,
  edge: { gateway: { class: "contour" } },
};

/** Long enough for a look or two. */
export const IMPATIENT: Patience = { observed: 0.5, refused: 0.2, followed: 0.5, unread: 0.2 };

/** An API server that knows labels, with the route of an application and its pods. */
export class RouteApi extends FakeApi {
  override async list<T>(path: string): Promise<T[]> {
    const objects = await super.list<{ metadata: { labels?: Record<string, string> } }>(path);
    const selector = new URL(path, "http://api").searchParams.get("labelSelector") ?? "";
    const wanted = selector.split(",").map((one) => one.split("="));
    return objects.filter(({ metadata }) =>
      wanted.every(([key = "", value]) => metadata.labels?.[key] === value),
    ) as T[];
  }

  /** A pod of a track; ready for so many seconds, or not ready. */
  pod(track: "previous" | "canary", address: string, readySeconds: number | undefined = 3600): void {
    const name = `shop-${track}-${address}`;
    const lastTransitionTime = new Date(Date.now() - (readySeconds ?? 0) * 1000).toISOString();
    this.put(`/api/v1/namespaces/${NAMESPACE}/pods/${name}`, {
      metadata: { name, labels: { app: "shop", track } },
      status: { podIP: address, conditions: [{ type: "Ready", status: "True", lastTransitionTime }] },
    });
  }

  /** The route with the weights of a plan, and what its controller says of it. */
  route(
    config: GatewayConfig,
    plan: StagePlan,
    conditions: readonly object[] = ACCEPTED,
    changed = 3600,
  ): void {
    this.put(routePath(NAMESPACE, "shop"), {
      kind: "HTTPRoute",
      metadata: {
        name: "shop",
        generation: 2,
        managedFields: [
          { manager: "canary-stages", time: new Date(Date.now() - changed * 1000).toISOString() },
          { manager: "contour", subresource: "status", time: new Date().toISOString() },
        ],
      },
      spec: routeSpec(config, plan),
      status: { parents: [{ parentRef: { name: "shop" }, conditions }] },
    });
  }
}

export const condition = (type: string, status = "True", generation = 2, message = "") => ({
  type,
  status,
  reason: status === "True" ? type : "BackendNotFound",
  message,
  observedGeneration: generation,
});

export const ACCEPTED = [condition("Accepted"), condition("ResolvedRefs")];

/** A stage of the fake project, with some of its edge changed. */
export async function routedStage(
  stage: string,
  edge: object = {},
): Promise<{ config: GatewayConfig; plan: StagePlan }> {
  const project = fakeProject(RELEASE, { ...BY_ROUTE, edge: { ...BY_ROUTE.edge, ...edge } });
  const values = await project.stage(stage);
  const config = {
    ...values,
    edge: gatewaySchema.edge.parse(values.edge),
    replicas: gatewaySchema.replicas.parse(values.replicas),
  };
  return { config, plan: routers.gateway.plan(values) };
}
