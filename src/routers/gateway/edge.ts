import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { beforeChange } from "../../components/hooks.ts";
import { applicationMetadata, SKIP_AWAIT } from "../../components/metadata.ts";
import { versionOf } from "../../config/app/versions.ts";
import { TRACKS, type TrackName } from "../../model/names.ts";
import type { Edge, EdgeArgs } from "../router.ts";
import { serviceDocument } from "../service.ts";
import { previewName } from "../service-names.ts";
import { showsCanary } from "./edge-schema.ts";
import { untilFollowed } from "./followed.ts";
import { declareFoundation } from "./foundation.ts";
import { isGoogles } from "./gke/classes.ts";
import { backendPolicy, healthCheckPolicy } from "./gke/policies.ts";
import { untilKnown } from "./known.ts";
import { GATEWAY_VERSION, redirectName } from "./objects.ts";
import { previewRouteSpec, type RouteSpec, redirectRouteSpec, routeSpec } from "./route.ts";
import type { GatewayConfig, GatewayFoundation } from "./schema.ts";

type Args = EdgeArgs<GatewayConfig>;

export const gatewayEdge: Edge<GatewayConfig, GatewayFoundation> = {
  declareFoundation,
  declare: (name, args, options) => new GatewayEdge(name, args, options),
  untilFollowed: (args) => untilFollowed(waitedOf(args)),
};

/**
 * A Service for each track, whose selectors never change, and the route that splits the traffic between them. The
 * route is the one object that a promotion between shares changes.
 */
export class GatewayEdge extends pulumi.ComponentResource {
  readonly route: k8s.apiextensions.CustomResource;

  constructor(name: string, args: Args, options: pulumi.ComponentResourceOptions) {
    super("canary-stages:index:GatewayEdge", name, {}, options);
    const { config, plan } = args;
    const child = { parent: this };
    const behind: Behind[] = TRACKS.map((track) => ({
      suffix: track,
      service: plan.tracks[track].name,
      track,
    }));
    if (showsCanary(config.edge)) {
      behind.push({ suffix: "preview", service: previewName(config.app.name), track: "canary" });
    }
    const dependsOn = behind.flatMap(({ suffix, service, track }) => [
      new k8s.core.v1.Service(
        `${name}-${suffix}`,
        trackService(args, service, plan.tracks[track].identity),
        child,
      ),
      ...declarePolicies(`${name}-${suffix}`, { args, service, track }, child),
    ]);
    const untilReady = async (): Promise<void> => {
      await args.beforeChange();
      await untilKnown(waitedOf(args));
    };
    this.route = new k8s.apiextensions.CustomResource(
      name,
      routeDocument(args, config.app.name, routeSpec(config, plan)),
      { ...child, dependsOn, ...beforeChange(untilReady) },
    );
    const { previewHost, tls } = config.edge;
    if (previewHost !== undefined) {
      new k8s.apiextensions.CustomResource(
        `${name}-preview`,
        routeDocument(args, previewName(config.app.name), previewRouteSpec(config, previewHost)),
        { ...child, dependsOn, ...beforeChange(args.beforeChange) },
      );
    }
    if (tls?.redirect) {
      new k8s.apiextensions.CustomResource(
        `${name}-redirect`,
        routeDocument(args, redirectName(config.app.name), redirectRouteSpec(config)),
        child,
      );
    }
    this.registerOutputs({ route: this.route.metadata.name });
  }
}

/** A Service of the edge, and the track whose pods are behind it. */
interface Behind {
  readonly suffix: string;
  readonly service: string;
  readonly track: TrackName;
}

/** What Google's load balancer is told of a Service; nothing where another one carries the traffic. */
function declarePolicies(
  name: string,
  { args, service, track }: Omit<Behind, "suffix"> & { readonly args: Args },
  options: pulumi.CustomResourceOptions,
): k8s.apiextensions.CustomResource[] {
  const { config, namespace, plan } = args;
  const { edge } = config;
  if (!isGoogles(edge)) return [];
  const { app } = versionOf(config, plan.tracks[track].version);
  const policy = { service, namespace, app, edge };
  return [
    new k8s.apiextensions.CustomResource(`${name}-health`, healthCheckPolicy(policy), options),
    new k8s.apiextensions.CustomResource(`${name}-backend`, backendPolicy(policy), options),
  ];
}

/** Not waited for: its endpoints may be none, and what matters is whether what carries the traffic knows them. */
const trackService = (
  { config, namespace }: Args,
  name: string,
  selector: Readonly<Record<string, string>>,
) =>
  serviceDocument({
    name,
    config,
    namespace,
    selector,
    annotations: SKIP_AWAIT,
    spec: { type: "ClusterIP" },
  });

const routeDocument = (
  { namespace }: Args,
  name: string,
  spec: RouteSpec,
): k8s.apiextensions.CustomResourceArgs => ({
  apiVersion: GATEWAY_VERSION,
  kind: "HTTPRoute",
  metadata: applicationMetadata(name, namespace),
  spec,
});

const waitedOf = ({ api, config, plan }: Args) => ({
  api,
  config,
  plan,
  warn: (text: string) => void pulumi.log.warn(text),
});
