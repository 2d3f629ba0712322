import type { StackState, StateResource } from "./stacks.ts";

/** Logical name of the provider that every object of the application has, in every stage. */
const APPLICATION_PROVIDER = "deployer";
const STACK_TYPE = "pulumi:pulumi:Stack";

/**
 * The target's state as if it had just been applied where the source is now: the application's objects of the
 * source, what else the target has (cluster, tenancy), and the target's own secrets provider. With it the first
 * preview of a stage shows what really changes, where it would show every object as new.
 * Secrets have to be in clear in both.
 */
export function transferState(source: StackState, target: StackState, targetStack: string): StackState {
  const rename = renaming(stackOf(source), targetStack);
  const ownResources = target.deployment.resources ?? [];
  const own = ownResources.filter(
    (resource) => !isApplication(resource, ownResources) && !isEmptyComponent(resource, ownResources),
  );
  const ownUrns = new Set(own.map(({ urn }) => urn));
  const provider = own.find(isApplicationProvider);

  const sourceResources = source.deployment.resources ?? [];
  const transferred = sourceResources
    .filter((resource) => isApplication(resource, sourceResources) || isSharedRoot(resource))
    .map((resource) => renamed(resource, rename))
    .filter(({ urn }) => !ownUrns.has(urn))
    .map((resource) => (provider ? withProvider(resource, provider) : resource));

  const resources = [...own, ...transferred];
  const known = new Set(resources.map(({ urn }) => urn));
  return {
    ...target,
    version: source.version,
    deployment: {
      ...target.deployment,
      manifest: target.deployment.manifest ?? source.deployment.manifest,
      resources: resources.map((resource) => withoutUnknown(resource, known)),
    },
  };
}

/** Whether two states hold the same objects of the application: then a refresh is enough to make a preview exact. */
export function holdsSameObjects(a: StackState, b: StackState): boolean {
  return JSON.stringify(applicationObjects(a)) === JSON.stringify(applicationObjects(b));
}

function applicationObjects({ deployment: { resources = [] } }: StackState): string[] {
  return resources
    .filter((resource) => isApplication(resource, resources))
    .map(({ type, id }) => `${type} ${id}`)
    .sort();
}

/** A component without children. An update that is killed right after it made a component leaves such a one. */
const isEmptyComponent = ({ type, urn }: StateResource, all: readonly StateResource[]): boolean =>
  type.startsWith("canary-stages:") && !all.some(({ parent }) => parent === urn);

function stackOf(state: StackState): string | undefined {
  return state.deployment.resources?.[0]?.urn.split("::")[0]?.replace("urn:pulumi:", "");
}

const isApplicationProvider = ({ type, urn }: StateResource): boolean =>
  type === "pulumi:providers:kubernetes" && urn.endsWith(`::${APPLICATION_PROVIDER}`);

/** The stack itself, and providers that stand on nothing else. */
const isSharedRoot = (resource: StateResource): boolean =>
  resource.type === STACK_TYPE ||
  resource.type === "pulumi:providers:pulumi" ||
  isApplicationProvider(resource);

/** Objects under the application's provider, and the components that hold them. */
function isApplication(resource: StateResource, all: readonly StateResource[]): boolean {
  if (resource.provider?.includes(`::${APPLICATION_PROVIDER}::`)) return true;
  return (
    resource.type.startsWith("canary-stages:") &&
    all.some((child) => child.parent === resource.urn && isApplication(child, all))
  );
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
  const mapped: StateResource = {
    ...resource,
    urn: rename(resource.urn),
    ...(resource.parent !== undefined && { parent: rename(resource.parent) }),
    ...(resource.provider !== undefined && { provider: rename(resource.provider) }),
    ...mapDependencies(resource, (urns) => urns.map(rename)),
  };
  if (resource.type !== STACK_TYPE) return mapped;
  // The outputs are the other stage's.
  const { outputs: _, ...stack } = mapped;
  return stack as StateResource;
}

/** The dependency lists of a resource, changed alike. */
function mapDependencies(
  { dependencies, propertyDependencies }: StateResource,
  change: (urns: readonly string[]) => string[],
): Pick<StateResource, "dependencies" | "propertyDependencies"> {
  return {
    ...(dependencies && { dependencies: change(dependencies) }),
    ...(propertyDependencies && {
      propertyDependencies: Object.fromEntries(
        Object.entries(propertyDependencies).map(([key, urns]) => [key, change(urns)]),
      ),
    }),
  };
}

function withProvider(resource: StateResource, provider: StateResource): StateResource {
  if (!resource.provider?.includes(`::${APPLICATION_PROVIDER}::`)) return resource;
  return { ...resource, provider: `${provider.urn}::${provider.id}` };
}

const withoutUnknown = (resource: StateResource, known: ReadonlySet<string>): StateResource => ({
  ...resource,
  ...mapDependencies(resource, (urns) => urns.filter((urn) => known.has(urn))),
});
