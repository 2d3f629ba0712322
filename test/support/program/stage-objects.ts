import assert from "node:assert/strict";
import type { Registered, StageRun } from "./mocks.ts";

export type Json = Record<string, unknown>;

interface Deployment {
  readonly metadata: Json;
  readonly spec: {
    readonly replicas: number;
    readonly strategy: Json;
    readonly template: {
      readonly metadata: { readonly annotations: Json };
      readonly spec: {
        readonly containers: readonly { readonly image: string }[];
        readonly volumes: readonly Json[];
      };
    };
  };
}

/** The annotation that Voyager takes a pod's weight from. */
export const WEIGHT = "ingress.appscode.com/backend-weight";

/** The one resource of a type and name that a run registers. */
export function only({ resources }: StageRun, type: string, name: string): Registered {
  const found = resources.filter((one) => one.type === type && one.name === name);
  assert.equal(found.length, 1, `${type} ${name}: ${found.length}`);
  return found[0] as Registered;
}

export const deploymentOf = (run: StageRun, name: string): Deployment =>
  only(run, "kubernetes:apps/v1:Deployment", name).inputs as unknown as Deployment;

export const recordOf = (run: StageRun): Json =>
  only(run, "kubernetes:core/v1:ConfigMap", "httpd-release").inputs.data as Json;

/** The annotation that Voyager takes a pod's weight from, the pods and the image, of both Deployments. */
export const tracksOf = (run: StageRun) =>
  ["httpd-previous", "httpd-new"].map((name) => {
    const { replicas, template } = deploymentOf(run, name).spec;
    return {
      name,
      replicas,
      weight: template.metadata.annotations[WEIGHT],
      image: template.spec.containers[0]?.image,
    };
  });
