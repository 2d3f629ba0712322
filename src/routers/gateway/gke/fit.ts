import { isDeepStrictEqual } from "node:util";
import { versionOf } from "../../../config/app/versions.ts";
import { UserError } from "../../../errors.ts";
import { TRACKS } from "../../../model/names.ts";
import type { GatewayConfig } from "../schema.ts";
import { isGoogles } from "./classes.ts";
import { SLOWEST_PROPAGATION_SECONDS } from "./edge-rules.ts";
import { healthCheckOf } from "./health-check.ts";

/**
 * Whether pods of both versions go through a move without an error behind Google's load balancer.
 * @throws UserError for pods that leave before it has followed; for two versions that answer different health checks, since
 * a Service that changes its version would fail one of them
 */
export function requireFit(config: Pick<GatewayConfig, "app" | "versions" | "release" | "edge">): void {
  if (!isGoogles(config.edge)) return;
  const versions = TRACKS.map((track) => config.release[track]);
  for (const version of versions) {
    const { drainSeconds } = versionOf(config, version).app;
    if (drainSeconds >= SLOWEST_PROPAGATION_SECONDS) continue;
    throw new UserError(
      `app.drainSeconds of ${version} is ${drainSeconds}, and edge.gateway.class is ${config.edge.gateway.class}: Google's load balancers have sent requests to pods of before for ${SLOWEST_PROPAGATION_SECONDS} s`,
      `Set it to at least ${SLOWEST_PROPAGATION_SECONDS} in Pulumi.yaml: so long a pod that stops serves on.`,
    );
  }
  const [previous, canary] = versions.map((version) => healthCheckOf(versionOf(config, version).app));
  if (isDeepStrictEqual(previous, canary)) return;
  throw new UserError(
    `Google's load balancer would ask ${versions.join(" and ")} different questions: ${JSON.stringify(previous)} and ${JSON.stringify(canary)}`,
    "Give both versions one readiness probe that both answer (app.probes.readiness or app.probePath); change it between two releases.",
  );
}
