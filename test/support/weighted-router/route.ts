import type { StagePlan } from "../../../src/model/plan.ts";

export const GATEWAY_API = "gateway.networking.k8s.io/v1";

/** The weights of a route of the Gateway API, by the names of its backends. */
export interface Route {
  readonly spec: {
    readonly rules: readonly {
      readonly backendRefs: readonly { readonly name: string; readonly weight: number }[];
    }[];
  };
}

export const routePath = (namespace: string, app: string): string =>
  `/apis/${GATEWAY_API}/namespaces/${namespace}/httproutes/${app}`;

/** The route of a stage: each track has its percent as its weight, however many pods there are. */
export function routeSpec({ tracks: { previous, canary } }: StagePlan): Route["spec"] {
  const backendRefs = [previous, canary].map(({ name, effectiveShare }) => ({
    name,
    weight: effectiveShare,
  }));
  return { rules: [{ backendRefs }] };
}
