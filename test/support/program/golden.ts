import { matchesGolden as matches } from "../golden.ts";
import type { Registered } from "./mocks.ts";

/** Compares what a stage registered with test/golden/NAME.json, see there. */
export const matchesGolden = (name: string, resources: readonly Registered[]): Promise<void> =>
  matches(name, resources.map(goldenOf).sort(byUrn));

function goldenOf(resource: Registered) {
  const { urn, provider, protect, retainOnDelete, dependsOn, hooks, secrets, inputs } = resource;
  return {
    urn: urn.split("::").slice(2).join("::"),
    ...(provider !== "" && { provider }),
    ...(protect && { protect }),
    ...(retainOnDelete && { retainOnDelete }),
    ...(dependsOn.length > 0 && { dependsOn: [...new Set(dependsOn)].sort() }),
    ...(hooks.length > 0 && { waitsBeforeChange: true }),
    ...(secrets.length > 0 && { secrets: [...secrets].sort() }),
    inputs,
  };
}

const byUrn = (a: { urn: string }, b: { urn: string }) => a.urn.localeCompare(b.urn);
