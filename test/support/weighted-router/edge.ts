import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Edge, EdgeArgs } from "../../../src/routers/router.ts";
import { GATEWAY_API, routeSpec } from "./route.ts";
import type { WeightedConfig } from "./schema.ts";

export const weightedEdge: Edge<WeightedConfig> = {
  declareFoundation: async () => undefined,
  declare: (name, args, options) => new WeightedEdge(name, args, options),
};

class WeightedEdge extends pulumi.ComponentResource {
  constructor(name: string, args: EdgeArgs<WeightedConfig>, options: pulumi.ComponentResourceOptions) {
    super("canary-stages:index:WeightedEdge", name, {}, options);
    new k8s.apiextensions.CustomResource(
      name,
      {
        apiVersion: GATEWAY_API,
        kind: "HTTPRoute",
        metadata: { name: args.config.app.name, namespace: args.namespace },
        spec: routeSpec(args.plan),
      },
      { parent: this },
    );
    this.registerOutputs({});
  }
}
