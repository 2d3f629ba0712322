import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { applicationMetadata } from "../components/metadata.ts";
import type { Config } from "../config/stage.ts";
import { SERVICE_PORT } from "./service-names.ts";

export interface ServiceOptions {
  readonly name: string;
  readonly config: Config;
  readonly namespace: pulumi.Input<string>;
  readonly selector: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly spec: k8s.types.input.core.v1.ServiceSpec;
}

/** A Service that leads from port 80 to the application's port. */
export function serviceDocument(options: ServiceOptions): k8s.core.v1.ServiceArgs {
  const { name, config, namespace, selector, annotations = {}, spec } = options;
  return {
    metadata: applicationMetadata(name, namespace, { annotations }),
    spec: {
      ...spec,
      selector,
      ports: [{ name: "http", port: SERVICE_PORT, targetPort: config.app.port, protocol: "TCP" }],
    },
  };
}
