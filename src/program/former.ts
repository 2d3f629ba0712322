import { isDeepStrictEqual } from "node:util";
import type * as k8s from "@pulumi/kubernetes";
import { READ } from "../components/access.ts";
import type { FoundationConfig } from "../config/foundation.ts";
import { UserError } from "../errors.ts";
import { routerOf } from "../routers/index.ts";
import type { Router, Routers } from "../routers/router.ts";

/** The router that an application comes from, and the foundation's configuration as it was with that. */
export interface Former {
  readonly router: Router;
  readonly config: FoundationConfig;
}

/**
 * While an application changes its router, clients come in by both: until everybody has the new address, what the foundation
 * has for the former one stays.
 * @throws UserError for a router that it cannot come from, and where only one of them can have the cluster's address
 */
export function formerOf(config: FoundationConfig, router: Router, routers: Routers): Former | undefined {
  const { former, cluster, app } = config;
  if (!former) return undefined;
  const found = routerOf(former, routers);
  if (former.router === config.router) {
    throw new UserError(
      `former.router is ${former.router}, as router is`,
      "Name the router that the application comes from, or leave former out of Pulumi.yaml.",
    );
  }
  if (!isDeepStrictEqual(found.selector(app.name), router.selector(app.name))) {
    throw new UserError(
      `former.router is ${former.router}, whose Deployments are others than those of ${config.router}`,
      "Release the application anew under another name or in another namespace, and lead its clients there.",
    );
  }
  const [theirs, ours] = [former.edge.tls, config.edge.tls];
  if (theirs?.issuer && ours?.issuer && theirs.secret === ours.secret) {
    throw new UserError(
      `former.edge.tls.secret is ${theirs.secret}, as edge.tls.secret is, and cert-manager would fill it twice`,
      "Name another Secret in edge.tls.secret.",
    );
  }
  if (cluster.kind === "gke") {
    throw new UserError(
      `former.router is ${former.router}, but the foundation makes this GKE cluster, which has one address for one router`,
      "Release the application anew on a cluster of its own, and lead its clients there.",
    );
  }
  return { router: found, config: { ...config, router: former.router, edge: former.edge } };
}

/** What the deployer has to see of the former router's objects: its states have them until each stage was applied once more. */
export const readRules = ({ router, config }: Former): k8s.types.input.rbac.v1.PolicyRule[] =>
  router.deployerRules(config).map((rule) => ({ ...rule, verbs: READ }));

/** The Pod Security Standard that the pods of all these routers' controllers can keep. */
export const weakest = (routers: readonly Router[]): Router["podSecurity"] =>
  routers.some(({ podSecurity }) => podSecurity === "baseline") ? "baseline" : "restricted";
