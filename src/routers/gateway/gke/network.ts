import { versionOf } from "../../../config/app/versions.ts";
import type { GkeConfig } from "../../../config/gke.ts";
import type { GkeEdge } from "../../../config/gke-edge.ts";
import { UserError } from "../../../errors.ts";
import { TRACKS } from "../../../model/names.ts";
import { isOwn } from "../edge-schema.ts";
import type { GatewayFoundation } from "../schema.ts";
import { SCOPES } from "./classes.ts";
import { requireFit } from "./fit.ts";
import { healthCheckOf, healthCheckPort } from "./health-check.ts";

/**
 * Where health checks come from, and requests too where the load balancer is global; those of a regional one come from
 * its proxies. Source: Google's "Firewall rules" of Cloud Load Balancing.
 */
const GOOGLE_RANGES = ["130.211.0.0/22", "35.191.0.0/16"] as const;

/**
 * What a GKE cluster has for a Gateway of Google's: the load balancer connects to the pods themselves, at their own ports.
 * @throws UserError for a Gateway that such a cluster does not get, and for an application that would lose requests
 */
export function networkOf(config: GatewayFoundation, { network }: GkeConfig): GkeEdge {
  const { gateway } = config.edge;
  if (!isOwn(gateway)) {
    throw new UserError(
      `edge.gateway names Gateway ${gateway.name}, but the foundation makes this GKE cluster, and its Gateway with it`,
      `Write edge.gateway: { class: ${Object.keys(SCOPES).join(" } or { class: ")} } in Pulumi.yaml.`,
    );
  }
  const loadBalancer = SCOPES[gateway.class];
  if (!loadBalancer) {
    throw new UserError(
      `edge.gateway.class is ${gateway.class}, which a GKE cluster that the foundation makes does not have`,
      `Name ${Object.keys(SCOPES).join(" or ")} in Pulumi.yaml, or bring a cluster of your own: cluster: {kind: kubeconfig, context: NAME}.`,
    );
  }
  requireFit(config);
  const apps = TRACKS.map((track) => versionOf(config, config.release[track]).app);
  const ports = apps.flatMap((app) => [app.port, healthCheckPort(healthCheckOf(app))]);
  return {
    loadBalancer,
    sources: [...GOOGLE_RANGES, ...(loadBalancer === "regional" ? [network.proxies] : [])],
    ports: [...new Set(ports)],
  };
}
