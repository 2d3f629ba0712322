import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import type { StackState, StateResource } from "../../../src/engine/stacks.ts";
import { holdsSameObjects, transferState } from "../../../src/engine/state-transfer.ts";

const STACKS = ["canary-25", "canary-75", "canary-100"] as const;

const urnOf = (stack: string, type: string, name: string) =>
  `urn:pulumi:${stack}::canary-stages::${type}::${name}`;

/** What a stack has: which of the application's objects, in which order of dependency, under which provider. */
const shape = fc.record({
  stack: fc.constantFrom(...STACKS),
  objects: fc.uniqueArray(fc.constantFrom("httpd-new", "httpd-previous", "httpd-service", "httpd-release"), {
    minLength: 1,
  }),
  providerId: fc.uuid(),
  secret: fc.string(),
});
type Shape = typeof shape extends fc.Arbitrary<infer T> ? T : never;

function stateOf({ stack, objects, providerId, secret }: Shape): StackState {
  const root = urnOf(stack, "pulumi:pulumi:Stack", `canary-stages-${stack}`);
  const providerUrn = urnOf(stack, "pulumi:providers:kubernetes", "deployer");
  const provider: StateResource = {
    urn: providerUrn,
    type: "pulumi:providers:kubernetes",
    id: providerId,
    parent: root,
    inputs: { kubeconfig: secret },
  };
  const application = objects.flatMap((name, at): StateResource[] => {
    const component = urnOf(stack, "canary-stages:index:Track", name);
    const before = objects[at - 1];
    const after = before === undefined ? [] : [objectUrn(stack, before)];
    return [
      { urn: component, type: "canary-stages:index:Track", parent: root, dependencies: after },
      {
        urn: objectUrn(stack, name),
        type: "kubernetes:apps/v1:Deployment",
        id: `web/${name}`,
        parent: component,
        provider: `${providerUrn}::${providerId}`,
        dependencies: after,
        propertyDependencies: { metadata: after },
      },
    ];
  });
  const stackResource = { urn: root, type: "pulumi:pulumi:Stack" };
  return {
    version: 3,
    deployment: {
      secrets_providers: { type: stack },
      resources: [stackResource, provider, ...application],
    },
  };
}

const objectUrn = (stack: string, name: string): string =>
  urnOf(stack, "canary-stages:index:Track$kubernetes:apps/v1:Deployment", name);

const resourcesOf = ({ deployment: { resources = [] } }: StackState) => resources;

/** What the first update of a stack leaves when it is killed: the beginning of its state. */
function cutOff(state: StackState, length: number): StackState {
  const resources = resourcesOf(state).slice(0, length);
  return { ...state, deployment: { ...state.deployment, resources } };
}

const twoStacks = fc
  .tuple(shape, shape, fc.boolean(), fc.nat({ max: 12 }))
  .filter(([source, target]) => source.stack !== target.stack)
  .map(([source, target, isNew, length]) => ({
    source: stateOf(source),
    target: isNew
      ? { version: 3, deployment: { secrets_providers: { type: target.stack } } }
      : cutOff(stateOf(target), length),
    stack: target.stack,
  }));

describe("transferring any state, in either direction", () => {
  it("gives each resource once", () => {
    fc.assert(
      fc.property(twoStacks, ({ source, target, stack }) => {
        const urns = resourcesOf(transferState(source, target, stack)).map(({ urn }) => urn);
        assert.equal(new Set(urns).size, urns.length);
      }),
    );
  });

  it("speaks of nothing that is not there: parents, providers and dependencies are all of this state", () => {
    fc.assert(
      fc.property(twoStacks, ({ source, target, stack }) => {
        const resources = resourcesOf(transferState(source, target, stack));
        const known = new Set(resources.map(({ urn }) => urn));
        const providers = new Set(resources.map(({ urn, id }) => `${urn}::${id}`));
        for (const { parent, provider, dependencies = [], propertyDependencies = {} } of resources) {
          if (parent !== undefined) assert.ok(known.has(parent), parent);
          if (provider !== undefined) assert.ok(providers.has(provider), provider);
          for (const urn of [...dependencies, ...Object.values(propertyDependencies).flat()])
            assert.ok(known.has(urn), urn);
        }
      }),
    );
  });

  it("lists what a resource depends on before it, as the engine wants it", () => {
    fc.assert(
      fc.property(twoStacks, ({ source, target, stack }) => {
        const seen = new Set<string>();
        for (const { urn, parent, dependencies = [] } of resourcesOf(transferState(source, target, stack))) {
          for (const before of [...(parent === undefined ? [] : [parent]), ...dependencies])
            assert.ok(seen.has(before), before);
          seen.add(urn);
        }
      }),
    );
  });

  it("ends with the source's objects", () => {
    fc.assert(
      fc.property(twoStacks, ({ source, target, stack }) =>
        assert.ok(holdsSameObjects(source, transferState(source, target, stack))),
      ),
    );
  });

  it("leaves the target's secrets to the target's own secrets provider", () => {
    fc.assert(
      fc.property(twoStacks, ({ source, target, stack }) => {
        assert.deepEqual(transferState(source, target, stack).deployment.secrets_providers, { type: stack });
      }),
    );
  });
});
