import assert from "node:assert/strict";
import type { StackState, StateResource } from "../../../src/engine/stacks.ts";

export const KUBERNETES_PROVIDER = "pulumi:providers:kubernetes";
export const TRACK = "canary-stages:index:Track";
export const DEPLOYMENT = "kubernetes:apps/v1:Deployment";

export const urn = (stack: string, type: string, name: string) =>
  `urn:pulumi:${stack}::canary-stages::${type}::${name}`;

const resource = (
  stack: string,
  type: string,
  name: string,
  more: Partial<StateResource> = {},
): StateResource => ({ urn: urn(stack, type, name), type, ...more });

/** A stage's state: the application under a provider with this id. */
export function stateOf(stack: string, providerId: string): StackState {
  const provider = urn(stack, KUBERNETES_PROVIDER, "deployer");
  const content = urn(stack, `${TRACK}$kubernetes:core/v1:ConfigMap`, "httpd-new-content");
  const child = { parent: urn(stack, TRACK, "httpd-new"), provider: `${provider}::${providerId}` };
  return {
    version: 3,
    deployment: {
      manifest: { time: stack },
      secrets_providers: { type: stack },
      resources: [
        resource(stack, "pulumi:pulumi:Stack", `canary-stages-${stack}`, { outputs: { stage: stack } }),
        resource(stack, KUBERNETES_PROVIDER, "deployer", { id: providerId }),
        resource(stack, TRACK, "httpd-new"),
        { urn: content, type: "kubernetes:core/v1:ConfigMap", id: "httpdcanary/content", ...child },
        resource(stack, `${TRACK}$${DEPLOYMENT}`, "httpd-new", {
          type: DEPLOYMENT,
          id: "httpdcanary/httpd-new",
          ...child,
          retainOnDelete: true,
          dependencies: [content],
          propertyDependencies: { metadata: [], spec: [content] },
        }),
      ],
    },
  };
}

export const LIVE = stateOf("canary-25", "live-id");
export const OTHER = stateOf("canary-75", "other-id");
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
