import type { z } from "zod";
import type { Testers } from "../../../config/edge.ts";
import { GLOBAL_CLASS, isGoogles } from "./classes.ts";

/** Seconds that Google's load balancer has gone on with pods of before, at its slowest: argo-rollouts 4710. */
export const SLOWEST_PROPAGATION_SECONDS = 36;

/** The parts of an edge that Google's load balancers have an opinion on. */
interface Edge {
  readonly gateway: { readonly class?: string | undefined };
  readonly tls?: { readonly certificateMap?: string | undefined } | undefined;
  readonly envoy?: readonly string[] | undefined;
  readonly propagationSeconds: number;
  readonly testers?: Testers | undefined;
  readonly timeouts?: { readonly request: string } | undefined;
}

/**
 * Adds what Google's load balancers cannot have of an edge. A cookie is one among others in its header, which takes a
 * regular expression: GKE refuses one of a path (kserve 5319, gke-gateway-api 54), and nothing that was found says that it
 * takes one of a header.
 */
export function refineForGoogle(edge: Edge, context: z.core.$RefinementCtx): void {
  const refuse = (path: string[], message: string) =>
    context.addIssue({ code: "custom", path, message, input: edge });
  if (edge.tls?.certificateMap !== undefined && edge.gateway.class !== GLOBAL_CLASS) {
    refuse(["tls", "certificateMap"], `is for edge.gateway.class ${GLOBAL_CLASS} alone`);
  }
  if (!isGoogles(edge)) return;
  if (edge.envoy) refuse(["envoy"], "must be left out: Google's load balancers show nobody their numbers");
  if (edge.propagationSeconds < SLOWEST_PROPAGATION_SECONDS) {
    const seconds = SLOWEST_PROPAGATION_SECONDS;
    refuse(["propagationSeconds"], `must be at least ${seconds}: so long Google's load balancers have taken`);
  }
  if (edge.testers && "cookie" in edge.testers) {
    refuse(["testers", "cookie"], "needs a regular expression, which GKE does not take: use testers.header");
  }
  if (edge.timeouts && !Number.isInteger(timeoutSeconds(edge.timeouts.request))) {
    refuse(["timeouts", "request"], "must be whole seconds: Google's load balancers know no others");
  }
}

const UNIT_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;

/** Seconds of a duration of the Gateway API: `500ms`, `10s`, `5m`. */
export function timeoutSeconds(duration: string): number {
  const [, count, unit] = /^(\d+)(ms|s|m|h)$/.exec(duration) ?? [];
  return (Number(count) * UNIT_MS[unit as keyof typeof UNIT_MS]) / 1000;
}
