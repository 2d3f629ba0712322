import { isBookkeeping } from "./changes.ts";
import type { StackState, StateResource } from "./stacks.ts";

const STACK_TYPE = "pulumi:pulumi:Stack";

/**
 * The target's state as if it had just been applied where the source is now: every stage declares the same resources,
 * so it is the source's with the target's name in it, and the target's own secrets provider. With it the first preview
 * of a stage shows what really changes, where it would show every object as new.
 * Secrets have to be in clear in both.
 */
export function transferState(source: StackState, target: StackState, targetStack: string): StackState {
  const rename = renaming(stackOf(source), targetStack);
  return {
    ...target,
    version: source.version,
    deployment: {
      ...target.deployment,
      manifest: target.deployment.manifest ?? source.deployment.manifest,
      resources: source.deployment.resources?.map((resource) => renamed(resource, rename)) ?? [],
    },
  };
}

/** The same state, whose objects go when its stack is destroyed. */
export function deletableState(state: StackState): StackState {
  const resources = state.deployment.resources?.map(
    ({ retainOnDelete: _, ...resource }) => resource as StateResource,
  );
  return { ...state, deployment: { ...state.deployment, ...(resources && { resources }) } };
}

/** Whether two states hold the same objects: then a refresh is enough to make a preview exact. */
export function holdsSameObjects(a: StackState, b: StackState): boolean {
  return JSON.stringify(objectsOf(a)) === JSON.stringify(objectsOf(b));
}

function objectsOf({ deployment: { resources = [] } }: StackState): string[] {
  return resources
    .filter(({ type }) => !isBookkeeping(type))
    .map(({ type, id }) => `${type} ${id}`)
    .sort();
}

function stackOf(state: StackState): string | undefined {
  return state.deployment.resources?.[0]?.urn.split("::")[0]?.replace("urn:pulumi:", "");
}

/** URNs begin with their stack's name, and the stack resource's own ends with it. */
function renaming(sourceStack: string | undefined, targetStack: string): (urn: string) => string {
  if (sourceStack === undefined) return (urn) => urn;
  const [prefix, suffix] = [`urn:pulumi:${sourceStack}::`, `-${sourceStack}`];
  return (urn) => {
    const rest = urn.slice(prefix.length);
    if (!urn.startsWith(prefix)) return urn;
    const named =
      rest.includes(`::${STACK_TYPE}::`) && rest.endsWith(suffix)
        ? `${rest.slice(0, -suffix.length)}-${targetStack}`
        : rest;
    return `urn:pulumi:${targetStack}::${named}`;
  };
}

function renamed(resource: StateResource, rename: (urn: string) => string): StateResource {
  const { dependencies, propertyDependencies } = resource;
  const all = (urns: readonly string[]) => urns.map(rename);
  const mapped: StateResource = {
    ...resource,
    urn: rename(resource.urn),
    ...(resource.parent !== undefined && { parent: rename(resource.parent) }),
    ...(resource.provider !== undefined && { provider: rename(resource.provider) }),
    ...(dependencies && { dependencies: all(dependencies) }),
    ...(propertyDependencies && {
      propertyDependencies: Object.fromEntries(
        Object.entries(propertyDependencies).map(([key, urns]) => [key, all(urns)]),
      ),
    }),
  };
  if (resource.type !== STACK_TYPE) return mapped;
  // The outputs are the other stage's.
  const { outputs: _, ...stack } = mapped;
  return stack as StateResource;
}
