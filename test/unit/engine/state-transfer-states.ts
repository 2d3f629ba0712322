import assert from "node:assert/strict";
import type { StackState, StateResource } from "../../../src/engine/stacks.ts";

export const KUBERNETES_PROVIDER = "pulumi:providers:kubernetes";
export const TRACK = "canary-stages:index:Track";
export const DEPLOYMENT = "kubernetes:apps/v1:Deployment";
export const INGRESS = "kubernetes:voyager.appscode.com/v1:Ingress";

export const urn = (stack: string, type: string, name: string) =>
  `urn:pulumi:${stack}::canary-stages::${type}::${name}`;

export function resource(
  stack: string,
  type: string,
  name: string,
  more: Partial<StateResource> = {},
): StateResource {
  return { urn: urn(stack, type, name), type, ...more };
}

/** The application of a stage under a provider with this id, as it stands in the state. */
export function application(
  stack: string,
  providerId: string,
  dependencies: readonly string[] = [],
): StateResource[] {
  const provider = `${urn(stack, KUBERNETES_PROVIDER, "deployer")}::${providerId}`;
  const track = urn(stack, TRACK, "httpd-new");
  return [
    resource(stack, KUBERNETES_PROVIDER, "deployer", { id: providerId, dependencies }),
    resource(stack, TRACK, "httpd-new"),
    resource(stack, `${TRACK}$${DEPLOYMENT}`, "httpd-new", {
      type: DEPLOYMENT,
      id: "httpdcanary/httpd-new",
      parent: track,
      provider,
      dependencies: [...dependencies, urn(stack, KUBERNETES_PROVIDER, "deployer")],
      propertyDependencies: { metadata: [...dependencies], spec: [] },
    }),
  ];
}

/** A stage's state: the stack, what is its own, and the application. */
export function stateOf(
  stack: string,
  resources: readonly StateResource[],
  secretsProvider = stack,
): StackState {
  const root = resource(stack, "pulumi:pulumi:Stack", `canary-stages-${stack}`, {
    outputs: { stage: stack },
  });
  return {
    version: 3,
    deployment: {
      manifest: { time: stack },
      secrets_providers: { type: secretsProvider },
      resources: [root, ...resources],
    },
  };
}

export const TENANCY = urn("canary-25", "canary-stages:index:Tenancy", "tenancy");
export const NAMESPACE = urn("canary-25", "kubernetes:core/v1:Namespace", "tenancy");
export const FOUNDATION: readonly StateResource[] = [
  resource("canary-25", KUBERNETES_PROVIDER, "cluster", { id: "cluster-id" }),
  resource("canary-25", "canary-stages:index:Tenancy", "tenancy"),
  resource("canary-25", "kubernetes:core/v1:Namespace", "tenancy", {
    id: "httpdcanary",
    parent: TENANCY,
    provider: `${urn("canary-25", KUBERNETES_PROVIDER, "cluster")}::cluster-id`,
  }),
];

export const FOUNDING = stateOf("canary-25", [
  ...FOUNDATION,
  ...application("canary-25", "founding-id", [NAMESPACE]),
]);
export const LATER = stateOf("canary-75", application("canary-75", "later-id"));
export const EMPTY: StackState = { version: 3, deployment: { secrets_providers: { type: "canary-75" } } };

export const resourcesOf = ({ deployment: { resources = [] } }: StackState) => resources;
export const named = (state: StackState, type: string): StateResource => {
  const found = resourcesOf(state).filter((one) => one.type === type);
  assert.equal(found.length, 1, `${type}: ${found.length}`);
  return found[0] as StateResource;
};

/** Every URN that a state speaks of: of resources, and of what they refer to. */
export function mentioned(state: StackState): string[] {
  return [...JSON.stringify(resourcesOf(state)).matchAll(/urn:pulumi:[^"]*/g)].map(([text]) => text);
}
